/** Pages in ascending order, each holding at least one item. */
export type Pages<T> = AsyncGenerator<readonly T[], void, void>;

/**
 * Merges sorted sources into one. Keeps one page a source, and reads the next one when half of it is used, so that
 * nobody waits and memory stays bounded. Yields what can be merged without waiting: to hand over each item on its own
 * takes more time than to merge it. Stops reading when its consumer stops.
 */
export async function* mergePages<T>(sources: readonly Pages<T>[], sortKeyOf: (item: T) => string): Pages<T> {
  const heads = sources.map((source) => new Head(source, sortKeyOf));
  try {
    await Promise.all(heads.map((head) => head.turnPage()));
    let merged: T[] = [];
    for (let head = lowest(heads); head?.item !== undefined; head = lowest(heads)) {
      merged.push(head.item);
      if (head.advance()) continue;
      yield merged;
      merged = [];
      await head.turnPage();
    }
  } finally {
    await Promise.all(sources.map((source) => source.return()));
  }
}

/** A source and the place in it. */
class Head<T> {
  item: T | undefined;
  sortKey = "";
  private page: readonly T[] = [];
  private index = 0;
  private next: Promise<IteratorResult<readonly T[], void>> | undefined;
  private readonly source: Pages<T>;
  private readonly sortKeyOf: (item: T) => string;

  constructor(source: Pages<T>, sortKeyOf: (item: T) => string) {
    this.source = source;
    this.sortKeyOf = sortKeyOf;
  }

  /** Moves to the next item of the page; `false` when there is none. */
  advance(): boolean {
    this.index += 1;
    if (this.index >= this.page.length) return false;
    if (this.next === undefined && this.index * 2 >= this.page.length) this.readAhead();
    this.point();
    return true;
  }

  async turnPage(): Promise<void> {
    const { value } = await (this.next ?? this.source.next());
    this.next = undefined;
    this.page = value ?? [];
    this.index = 0;
    this.point();
  }

  private readAhead(): void {
    this.next = this.source.next();
    // Thrown where the page is needed; until then nobody listens.
    this.next.catch(() => undefined);
  }

  private point(): void {
    this.item = this.page[this.index];
    this.sortKey = this.item === undefined ? "" : this.sortKeyOf(this.item);
  }
}

function lowest<T>(heads: readonly Head<T>[]): Head<T> | undefined {
  let found: Head<T> | undefined;
  for (const head of heads) {
    if (head.item !== undefined && (found === undefined || head.sortKey < found.sortKey)) found = head;
  }
  return found;
}
