import { OBJECT_TYPES } from "./hubspot-object.ts";

/** Heading of what belongs to no type: account and settings, states of customers, numbers, checkpoints, waiting. */
export const OTHER_USE = "other";

/** What a pass used under one heading. */
export interface UseRow {
  readonly heading: string;
  readonly hubspotCalls: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly durationMs: number;
}

/**
 * What a pass used for each type, for none, and altogether.
 *
 * @param counts of a pass
 * @returns nothing for a pass that has not told yet, or that an older version ran
 */
export function listUse(counts: Readonly<Record<string, Readonly<Record<string, number>>>>): readonly UseRow[] {
  if (counts[OTHER_USE] === undefined) return [];
  const rows = [...OBJECT_TYPES, OTHER_USE].flatMap((heading): readonly UseRow[] => {
    const sums = counts[heading];
    if (sums?.["hubspotCalls"] === undefined) return [];
    const { hubspotCalls = 0, readUnits = 0, writeUnits = 0, durationMs = 0 } = sums;
    return [{ heading, hubspotCalls, readUnits, writeUnits, durationMs }];
  });
  const sum = (name: Exclude<keyof UseRow, "heading">): number => rows.reduce((total, row) => total + row[name], 0);
  return [
    ...rows,
    {
      heading: "all",
      hubspotCalls: sum("hubspotCalls"),
      readUnits: sum("readUnits"),
      writeUnits: sum("writeUnits"),
      durationMs: sum("durationMs"),
    },
  ];
}
