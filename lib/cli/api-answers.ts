import * as z from "zod";

/** What the records API answers, as far as the command line shows it; anything else is passed through to `--json`. */
const text = z.string().optional();

const reason = z.looseObject({ code: z.string(), message: text });

const recordBase = {
  state: z.string(),
  reason: reason.optional(),
  remedy: text,
  hubspotUrl: text,
  missingFields: z.array(z.string()).optional(),
  warnings: z.array(z.looseObject({ field: z.string(), length: z.number(), limit: z.number() })).optional(),
  history: z
    .array(
      z.looseObject({
        at: z.string(),
        cause: z.string(),
        fields: z.array(z.looseObject({ field: z.string(), from: text, to: text })),
      }),
    )
    .optional(),
};

const address = z.looseObject({
  street: z.array(z.string()).optional(),
  postalCode: text,
  city: text,
  country: text,
});

export const contactPersonAnswer = z.looseObject({
  ...recordBase,
  contactId: z.string(),
  companyId: text,
  salutation: text,
  firstName: text,
  lastName: text,
  jobTitle: text,
  email: text,
  phone: text,
  mobile: text,
  primary: z.boolean().optional(),
});
export type ContactPersonAnswer = z.infer<typeof contactPersonAnswer>;

export const projectAnswer = z.looseObject({
  ...recordBase,
  dealId: z.string(),
  companyId: text,
  shortForm: text,
  description: text,
  tasks: z.array(z.string()).optional(),
  projectEmployees: z.array(z.string()).optional(),
  startDate: text,
  endDate: text,
  billingType: text,
  status: text,
  bookable: z.boolean().optional(),
  missing: z.array(z.string()).optional(),
});
export type ProjectAnswer = z.infer<typeof projectAnswer>;

export const customerAnswer = z.looseObject({
  ...recordBase,
  companyId: z.string(),
  customerNumber: text,
  name: text,
  phone: text,
  address: address.optional(),
  website: text,
  remark: text,
  contactPersons: z.array(contactPersonAnswer).optional(),
  projects: z.array(projectAnswer).optional(),
});
export type CustomerAnswer = z.infer<typeof customerAnswer>;

/** A contact, once for each of its companies. */
export const contactAnswer = z.looseObject({ items: z.array(contactPersonAnswer) });

/** One page of a list. */
export function pageOf<T>(item: z.ZodType<T>): z.ZodType<{ readonly items: readonly T[]; readonly cursor?: string }> {
  return z.looseObject({ items: z.array(item), cursor: z.string().exactOptional() });
}

/** Counts of a pass by type: read, created, updated … */
const counts = z.record(z.string(), z.record(z.string(), z.number()));

const brake = z.looseObject({
  active: z.number(),
  harmed: z.number(),
  listed: z.number(),
  limit: z.number(),
  isHeld: z.boolean(),
});

export const passAnswer = z.looseObject({
  id: z.string(),
  status: z.enum(["running", "succeeded", "failed", "stopped"]),
  reason: text,
  startedAt: z.string(),
  finishedAt: text,
  dryRun: z.boolean().optional(),
  types: z.array(z.string()).optional(),
  counts: counts.default({}),
  report: z
    .looseObject({
      warnings: z.array(z.string()),
      durationSeconds: z.number(),
      hubspotCalls: z.number(),
      rateLimitedCalls: z.number(),
      brake: z.partialRecord(z.enum(["company", "contact", "deal"]), brake).default({}),
      listed: z
        .array(z.looseObject({ effect: z.string(), type: z.string(), id: z.string(), name: z.string() }))
        .default([]),
    })
    .optional(),
});
export type PassAnswer = z.infer<typeof passAnswer>;

const named = z.array(
  z.looseObject({ type: z.string(), id: z.string(), reason: reason.optional(), remedy: z.string().optional() }),
);

export const healthAnswer = z.looseObject({
  portal: z.looseObject({ portalId: z.string() }).optional(),
  lastEventAt: text,
  lastPass: passAnswer.optional(),
  lastPartialPass: passAnswer.optional(),
  counts: counts.default({}),
  excluded: named.default([]),
  failing: named.default([]),
  queue: z.looseObject({ waiting: z.number(), inFlight: z.number(), delayed: z.number() }).optional(),
  deadLetters: z.number().optional(),
});
export type HealthAnswer = z.infer<typeof healthAnswer>;
