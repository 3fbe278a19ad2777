import * as z from "zod";
import type { Reason } from "../domain/record.ts";
import { textsToItem, type Item } from "./attributes.ts";

/** Empty texts are not stored. */
const text = z.string().default("");

/** One schema a code; the compiler asks for a new one when a reason is added. */
const REASONS: { readonly [Code in Reason["code"]]: z.ZodType<Extract<Reason, { code: Code }>> } = {
  excludedByProperty: z.object({ code: z.literal("excludedByProperty"), property: text, value: text }),
  customerExcluded: z.object({ code: z.literal("customerExcluded"), companyId: text }),
  stageNotSelected: z.object({ code: z.literal("stageNotSelected"), stageId: text }),
  noCompany: z.object({ code: z.literal("noCompany") }),
  customerNotHere: z.object({ code: z.literal("customerNotHere"), companyId: text }),
  detachedByAdmin: z.object({ code: z.literal("detachedByAdmin") }),
  customerDetached: z.object({ code: z.literal("customerDetached"), companyId: text }),
  deletedInHubSpot: z.object({ code: z.literal("deletedInHubSpot") }),
  goneFromHubSpot: z.object({ code: z.literal("goneFromHubSpot") }),
  customerDeleted: z.object({ code: z.literal("customerDeleted"), companyId: text }),
  notAssociated: z.object({ code: z.literal("notAssociated"), companyId: text }),
  absorbedBy: z.object({ code: z.literal("absorbedBy"), survivorId: text }),
  attachedTo: z.object({ code: z.literal("attachedTo"), survivorId: text }),
  erasedForPrivacy: z.object({ code: z.literal("erasedForPrivacy") }),
  numberTaken: z.object({ code: z.literal("numberTaken"), number: text, holderId: text, holderName: text }),
  refused: z.object({ code: z.literal("refused"), error: text }),
};

/** A reason as a map attribute. */
export function encodeReason(reason: Reason): Item {
  return textsToItem({ ...reason });
}

/** The reason in a map attribute, undefined if it is none. */
export function decodeReason(item: Item): Reason | undefined {
  const code = item["code"]?.S;
  if (!isReasonCode(code)) return undefined;
  const plain = Object.fromEntries(Object.entries(item).map(([name, value]) => [name, value.S]));
  const parsed = REASONS[code].safeParse(plain);
  return parsed.success ? parsed.data : undefined;
}

function isReasonCode(code: string | undefined): code is Reason["code"] {
  return code !== undefined && Object.hasOwn(REASONS, code);
}
