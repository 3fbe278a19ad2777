/** Pages in ascending order, each holding at least one item. */
export type Pages<T> = AsyncGenerator<readonly T[], void, void>;

/**
 * Merges sorted sources into one. Keeps one page a source, and reads the next one when half of it is used, so that
 * nobody waits and memory stays bounded. Stops reading when its consumer stops.
 */
export async function* mergePages<T>(
  sources: readonly Pages<T>[],
  sortKeyOf: (item: T) => string,
): AsyncGenerator<T, void, void> {
  const heads = sources.map((source) => new Head(source, sortKeyOf));
  try {
    await Promise.all(heads.map((head) => head.turnPage()));
    for (let head = lowest(heads); head?.item !== undefined; head = lowest(heads)) {
      yield head.item;
      const turning = head.advance();
      if (turning !== undefined) await turning;
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

  /** Moves to the next item; answers a promise only if it must wait for a page. */
  advance(): Promise<void> | undefined {
    this.index += 1;
    if (this.index >= this.page.length) return this.turnPage();
    if (this.next === undefined && this.index * 2 >= this.page.length) this.readAhead();
    this.point();
    return undefined;
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
