import type { Figure } from "./figure.ts";
import { renderMarkdown } from "./table.ts";
export function renderReadme(figures: readonly Figure[], date: Date): string {
  return `${date.toISOString()}${renderMarkdown(figures)}`;
}
