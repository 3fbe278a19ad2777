import { UsageError } from "../../infra/local/usage-error.ts";

/** Rows of a list like `1,4-7`: a number stands for itself and its letters, so that 10 is 10 and 10a. @throws UsageError */
export function parseRows(text: string): (row: string) => boolean {
  const ranges = text.split(",").map((part) => {
    const match = /^(?<from>\d+)(?:-(?<to>\d+))?$/u.exec(part.trim());
    if (match?.groups === undefined) throw new UsageError(`"${part}" is no row; expected numbers such as 1,4-7`);
    const from = Number(match.groups["from"]);
    return { from, to: Number(match.groups["to"] ?? from) };
  });
  return (row) => ranges.some(({ from, to }) => from <= Number.parseInt(row, 10) && Number.parseInt(row, 10) <= to);
}
