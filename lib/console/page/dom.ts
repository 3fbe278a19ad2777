/** What an element may hold; nothing is left out. */
export type Child = Node | string | undefined;

type Attribute = string | boolean | undefined | ((event: Event) => void);

/** Makes an element. Functions become listeners, `true` a bare attribute; texts stay texts, whatever is in them. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  children: readonly Child[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (typeof value === "string") made.setAttribute(name, value);
    else if (value === true) made.setAttribute(name, "");
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A column of {@link table}. */
export interface Column<T> {
  readonly heading: string;
  readonly cell: (row: T) => Child;
  readonly isNumber?: boolean;
}

/** A table, or a sentence where there is nothing to show. */
export function table<T>(columns: readonly Column<T>[], rows: readonly T[], whenEmpty: string): HTMLElement {
  if (rows.length === 0) return element("p", { class: "dim" }, [whenEmpty]);
  const classOf = ({ isNumber }: Column<T>): string | undefined => (isNumber === true ? "number" : undefined);
  const head = columns.map((column) => element("th", { scope: "col", class: classOf(column) }, [column.heading]));
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      columns.map((column) => element("td", { class: classOf(column) }, [column.cell(row)])),
    ),
  );
  return element("table", {}, [element("thead", {}, [element("tr", {}, head)]), element("tbody", {}, body)]);
}

/** A state in its colour, with the reason beside it. */
export function stateText({
  state,
  reason,
}: {
  readonly state: string;
  readonly reason?: { readonly message: string } | undefined;
}): HTMLElement {
  const why = reason === undefined ? undefined : element("span", { class: "dim" }, [` ${reason.message}`]);
  return element("span", {}, [element("span", { class: "state", "data-state": state }, [state]), why]);
}

/** A link within the console. */
export function link(path: string, text: string): HTMLElement {
  return element("a", { href: `#${path}` }, [text]);
}

/** A time as people here write it. */
export function timeText(iso: string | undefined): string {
  return iso === undefined ? "never" : new Date(iso).toLocaleString();
}
