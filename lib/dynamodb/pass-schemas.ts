import * as z from "zod";
import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import type { PassCheckpoint, PassReport } from "../sync/pass/pass-types.ts";

const objectType = z.enum(OBJECT_TYPES);
const numbersByType = z.partialRecord(objectType, z.number());

const settings = z.object({
  dealStages: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("none") }),
    z.object({ kind: z.literal("all") }),
    z.object({ kind: z.literal("stages"), stageIds: z.array(z.string()) }),
  ]),
  exclusion: z.object({ property: z.string(), values: z.array(z.string()) }),
});

const usage = z.object({
  hubspotCalls: z.number(),
  rateLimitedCalls: z.number(),
  readUnits: z.number(),
  writeUnits: z.number(),
  allowedPerSecond: z.number().exactOptional(),
});

const typeUse = z.object({
  hubspotCalls: z.number(),
  readUnits: z.number(),
  writeUnits: z.number(),
  durationMs: z.number(),
});

const lane = z.object({
  type: objectType,
  base: z.number().exactOptional(),
  size: z.number().exactOptional(),
  fromId: z.string().exactOptional(),
  toId: z.string().exactOptional(),
  doneId: z.string().exactOptional(),
  after: z.string().exactOptional(),
  firstId: z.string().exactOptional(),
  read: z.number(),
  isDone: z.boolean(),
});

const marks = z.partialRecord(objectType, z.array(z.tuple([z.string().regex(/^\d{1,19}$/u), z.int().nonnegative()])));

const listed = z.array(
  z.object({
    effect: z.enum(["created", "released", "updated", "frozen", "deactivated"]),
    type: z.enum(["customer", "contactPerson", "project"]),
    id: z.string(),
    name: z.string(),
  }),
);

const brakeReading = z.object({
  active: z.number(),
  harmed: z.number(),
  listed: z.number(),
  limit: z.number(),
  isHeld: z.boolean(),
});

const sweep = z.object({
  kind: z.enum(["customerNumber", "shortForm"]),
  pages: z.number(),
  sums: z.array(z.number()),
  buckets: z.array(z.number()).exactOptional(),
  cursor: z.string().exactOptional(),
});

const checkpoint: z.ZodType<PassCheckpoint> = z.object({
  phase: z.enum(["listing", "applying", "freeing"]),
  settingsMark: z.string(),
  isFirstImport: z.boolean(),
  areSettingsChanged: z.boolean(),
  lanes: z.array(lane),
  splittable: z.partialRecord(objectType, z.boolean()),
  chunks: z.number(),
  applied: z.number(),
  numbers: z.object({ customerNumber: z.array(z.number()), shortForm: z.array(z.number()) }),
  sweep: sweep.exactOptional(),
  expected: numbersByType,
  formerMarks: marks.exactOptional(),
  marks: marks.exactOptional(),
  setbacks: z.number(),
  progressAtSetback: z.number(),
  warnings: z.array(z.string()),
  workedMs: z.number(),
  used: usage,
  usedByType: z.partialRecord(objectType, typeUse).exactOptional(),
  preview: settings.exactOptional(),
  listed,
});

const report: z.ZodType<PassReport> = z.object({
  warnings: z.array(z.string()),
  durationMs: z.number(),
  usage,
  brake: z.partialRecord(objectType, brakeReading),
  listed,
  marks: marks.exactOptional(),
});

/** Parsers of a pass' checkpoint and report, as `createPassStore` wants them. */
export const PASS_SCHEMAS = { checkpoint, report } as const;
