import { deflateRawSync, inflateRawSync } from "node:zlib";
import * as z from "zod";
import type { FieldChange, HistoryEntry } from "../domain/record.ts";

/**
 * First byte of packed history. Change it together with {@link DICTIONARY} or the layout, and keep reading the old ones:
 * bytes packed with one dictionary cannot be unpacked with another.
 */
const VERSION = 1;

/** What histories are likely to hold, the likeliest last: short texts hardly shrink without it. */
const DICTIONARY = Buffer.from(
  '"reason.property","reason.value","reason.survivorId","reason.number","reason.holderId","reason.holderName","reason.error",' +
    '"detachedByAdmin","customerDetached","goneFromHubSpot","customerDeleted","absorbedBy","attachedTo","erasedForPrivacy",' +
    '"numberTaken","refused","excludedByProperty","stageNotSelected","noCompany","customerNotHere","customerExcluded",' +
    '"deletedInHubSpot","notAssociated","reason.stageId","reason.companyId","reason.code",' +
    '"own.tasks","own.projectEmployees","own.startDate","own.endDate","own.billingType","own.status","active","inactive",' +
    '"tasks","projectEmployees","startDate","endDate","billingType","status","completed","hourly","daily","flat",' +
    '"salutation","firstName","lastName","jobTitle","mobile","primary","shortForm","customerNumber",' +
    '"address.country","address.city","address.postalCode","address.street","Deutschland","Germany","GmbH","https://www.",' +
    '"merged","erased","failing","detached","deleted","outOfStage","waiting","excluded","linked","state",' +
    '"remark","website","phone","email","description","companyId","name",null]],[-86400000,"admin",[["pass",[["event",[["',
);

const packedHistory = z.array(
  z.tuple([
    z.number(),
    z.enum(["event", "pass", "admin"]),
    z.array(z.tuple([z.string(), z.string().nullable(), z.string().nullable()])),
  ]),
);

/** Packs a history: an unpacked one would cost every changed record a second write unit. */
export function packHistory(history: readonly HistoryEntry[]): Uint8Array {
  let previousAtMs = 0;
  const rows = history.map(({ atMs, cause, fields }) => {
    const row = [atMs - previousAtMs, cause, fields.map(({ field, from, to }) => [field, from ?? null, to ?? null])];
    previousAtMs = atMs;
    return row;
  });
  const packed = deflateRawSync(JSON.stringify(rows), { dictionary: DICTIONARY, level: 9 });
  const bytes = new Uint8Array(packed.length + 1);
  bytes[0] = VERSION;
  bytes.set(packed, 1);
  return bytes;
}

/**
 * Unpacks what {@link packHistory} packed.
 * @throws Error when the bytes are not packed history
 */
export function unpackHistory(bytes: Uint8Array): readonly HistoryEntry[] {
  if (bytes[0] !== VERSION) throw new Error(`Packed history has version ${bytes[0]}, expected ${VERSION}`);
  const text = inflateRawSync(bytes.subarray(1), { dictionary: DICTIONARY }).toString();
  let atMs = 0;
  return packedHistory.parse(JSON.parse(text)).map(([sincePreviousMs, cause, fields]) => {
    atMs += sincePreviousMs;
    return { atMs, cause, fields: fields.map(([field, from, to]) => fieldChange(field, from, to)) };
  });
}

function fieldChange(field: string, from: string | null, to: string | null): FieldChange {
  return { field, ...(from !== null && { from }), ...(to !== null && { to }) };
}
