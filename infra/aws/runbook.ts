import { readFileSync } from "node:fs";

const README = new URL("../../README.md", import.meta.url);

/**
 * What the README's runbook says of an alarm, as plain text for its e-mail: whoever is woken by it may have no checkout at
 * hand. `TokenRejected` has the section `runbook-token-rejected`.
 *
 * @throws Error when the runbook has no such section, or one without what it means, how to look and how to mend
 */
export function readRunbook(alarmId: string, readme: string = readFileSync(README, "utf8")): string {
  const anchor = `runbook${alarmId.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
  const [, section = ""] = readme.split(`<a id="${anchor}"></a>`);
  const [text = ""] = section.split(/^#/mu);
  const parts = /\*\*Means\*\*: (?<means>.+?)\s+\*\*Look\*\*: (?<look>.+?)\s+\*\*Mend\*\*: (?<mend>.+)/su.exec(
    text,
  )?.groups;
  if (parts === undefined) throw new Error(`README.md has no section ${anchor} with Means, Look and Mend`);
  const { means, look, mend } = parts;
  return toPlainText(`${means} LOOK: ${look} MEND: ${mend} MORE: README.md#${anchor}`);
}

function toPlainText(markdown: string): string {
  return markdown
    .replaceAll(/[`*]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
