import * as z from "zod";
import { OBJECT_TYPES } from "../domain/hubspot-object.ts";
import { API_SCHEMAS } from "./record-schemas.ts";

const type = z.enum(OBJECT_TYPES);
const isoTime = z.iso.datetime();

/** A pass without its report. */
export const passSchema = z
  .object({
    id: z.string(),
    status: z.enum(["running", "succeeded", "failed", "stopped"]).meta({
      description:
        "`stopped`: the brake held it before it deactivated anything; see `reason`. Another one with its id as `confirm` carries it out.",
    }),
    reason: z.string().optional(),
    startedAt: isoTime,
    finishedAt: isoTime.optional(),
    dryRun: z.boolean(),
    confirms: z.string().optional(),
    types: z.array(type),
    counts: z.record(z.string(), z.record(z.string(), z.number())).meta({
      description:
        "By type: read, unchanged, created, updated, frozen, deactivated, noted (entries of what is not transferred), repaired (all of these five), by.<cause>, skipped, failing; and what that took: hubspotCalls, readUnits, writeUnits, durationMs, its share of the time where types were worked on at once. Under `other` what belongs to no type: account and settings, states of customers, numbers, checkpoints, waiting; with it they add up to the report's figures. What an invocation used after its last checkpoint is in none of them when it died. Under `progress` how fast and how far.",
    }),
  })
  .register(API_SCHEMAS, { id: "Reconciliation" });

/** A pass with its report. */
export const passReportSchema = passSchema
  .extend({
    report: z
      .object({
        warnings: z.array(z.string()),
        durationSeconds: z.number(),
        hubspotCalls: z.number(),
        rateLimitedCalls: z.number(),
        readUnits: z.number(),
        writeUnits: z.number(),
        brake: z.partialRecord(
          type,
          z.object({
            active: z.number(),
            harmed: z.number(),
            listed: z.number(),
            limit: z.number(),
            isHeld: z.boolean(),
          }),
        ),
        listed: z
          .array(
            z.object({
              effect: z.enum(["created", "released", "updated", "frozen", "deactivated"]),
              type: z.enum(["customer", "contactPerson", "project"]),
              id: z.string(),
              name: z.string(),
            }),
          )
          .meta({ description: "Only of a preview: what its settings would change, at most 500 records." }),
      })
      .optional()
      .meta({ description: "Absent while it runs." }),
  })
  .register(API_SCHEMAS, { id: "ReconciliationReport" });

export type PassView = z.infer<typeof passReportSchema>;

/** What to compare. */
export const passRequestSchema = z.strictObject({
  dryRun: z.boolean().exactOptional().meta({ description: "Only count what would be done." }),
  confirm: z
    .string()
    .max(60)
    .exactOptional()
    .meta({ description: "Id of the stopped pass whose deactivations you agree to." }),
  types: z.array(type).min(1).exactOptional().meta({ description: "Default: all." }),
  settings: z
    .strictObject({
      dealStages: z.string().max(5_000).exactOptional(),
      exclusionProperty: z
        .string()
        .regex(/^[a-z]\w{0,99}$/u, "expected HubSpot's internal name of a property")
        .exactOptional(),
      exclusionValues: z
        .array(z.string().trim().min(1, "expected at least one character").max(200))
        .min(1)
        .max(100)
        .exactOptional(),
    })
    .exactOptional()
    .meta({ description: "Settings to try, else today's: a dry run that names the records they would change." }),
});

export type PassRequestBody = z.output<typeof passRequestSchema>;
