import { describe, expect, it } from "vitest";
import { createPacer } from "../../lib/hubspot/pacing.ts";
import type { Pacer } from "../../lib/hubspot/pacing.ts";
import { VirtualClock } from "./virtual-clock.ts";

const WINDOW_MS = 10_000;
const NO_HEADERS = { get: () => null };

/** HubSpot's limiter as its documentation tells it: so many calls in any ten seconds. */
class RollingLimiter {
  limit: number;
  refused = 0;
  readonly admittedAtMs: number[] = [];
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock, limit: number) {
    this.#clock = clock;
    this.limit = limit;
  }

  call(options: { readonly showsHeaders: boolean }): {
    status: number;
    headers: { get: (name: string) => string | null };
  } {
    const nowMs = this.#clock.now();
    const used = this.admittedAtMs.filter((atMs) => atMs > nowMs - WINDOW_MS).length;
    const isAdmitted = used < this.limit;
    if (isAdmitted) this.admittedAtMs.push(nowMs);
    else this.refused += 1;
    const headers = new Headers({
      "X-HubSpot-RateLimit-Max": String(this.limit),
      "X-HubSpot-RateLimit-Remaining": String(Math.max(0, this.limit - used - 1)),
      "X-HubSpot-RateLimit-Interval-Milliseconds": String(WINDOW_MS),
    });
    return { status: isAdmitted ? 200 : 429, headers: options.showsHeaders ? headers : NO_HEADERS };
  }
}

interface Load {
  readonly clock: VirtualClock;
  readonly pacer: Pacer;
  readonly limiter: RollingLimiter;
  readonly calls: number;
  readonly inFlight: number;
  readonly latencyMs: () => number;
  readonly showsHeaders?: boolean;
}

/** So many workers make calls until enough of them were admitted; refused ones are repeated. */
async function callUntilDone(load: Load): Promise<void> {
  const { clock, pacer, limiter, calls, inFlight, latencyMs, showsHeaders = true } = load;
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const ticket = await pacer.take("list");
      const delayMs = latencyMs();
      await clock.sleep(delayMs / 2);
      const { status, headers } = limiter.call({ showsHeaders });
      await clock.sleep(delayMs / 2);
      pacer.observe(ticket, { headers, isRateLimited: status === 429 });
      if (status === 429) left += 1;
    }
  };
  await clock.run(Promise.all(Array.from({ length: inFlight }, worker)));
}

/** The same numbers between 0 and 1 in every run. */
function sequence(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe("createPacer", () => {
  it.each([
    ["150 ms", () => 150],
    ["300 ms", () => 300],
    ["600 ms", () => 600],
  ])("reaches nearly the limit without a 429 at %s a call", async (_name, latencyMs) => {
    const clock = new VirtualClock();
    const limiter = new RollingLimiter(clock, 190);
    const startMs = clock.now();
    const pacer = createPacer({ clock, share: 1 });
    await callUntilDone({ clock, pacer, limiter, calls: 1_900, inFlight: 16, latencyMs });
    const bestMs = (1_900 / 190) * WINDOW_MS;
    expect(bestMs / (clock.now() - startMs)).toBeGreaterThanOrEqual(0.95);
    expect(limiter.refused).toBe(0);
  });

  it("earns hardly a 429 when the calls take between 150 and 600 ms", async () => {
    const clock = new VirtualClock();
    const limiter = new RollingLimiter(clock, 190);
    const random = sequence();
    const startMs = clock.now();
    const pacer = createPacer({ clock, share: 1 });
    await callUntilDone({ clock, pacer, limiter, calls: 3_800, inFlight: 16, latencyMs: () => 150 + 450 * random() });
    expect(200_000 / (clock.now() - startMs)).toBeGreaterThanOrEqual(0.95);
    expect(limiter.refused / 3_800).toBeLessThanOrEqual(0.005);
  });

  it.each([
    { name: "tells the new limit", showsHeaders: true, refusedShare: 0.005, limitShare: 0.95 },
    // Without headers the limit can only be felt for; HubSpot asks for less than 5 % refused.
    { name: "sends no headers", showsHeaders: false, refusedShare: 0.02, limitShare: 0.75 },
  ])("loses little when the limit is halved half-way and HubSpot $name", async (expected) => {
    const { showsHeaders, refusedShare, limitShare } = expected;
    const clock = new VirtualClock();
    const limiter = new RollingLimiter(clock, 190);
    const pacer = createPacer({ clock, share: 1 });
    const load = { clock, pacer, limiter, calls: 1_900, inFlight: 12, latencyMs: () => 300 };
    await callUntilDone(load);
    limiter.limit = 95;
    const halvedAtMs = clock.now();
    await callUntilDone({ ...load, showsHeaders });
    // The old limit's calls fill the new window for five seconds; nobody could call in them.
    const bestMs = (1_900 / 95) * WINDOW_MS + 5_000;
    expect(limiter.refused / 3_800).toBeLessThanOrEqual(refusedShare);
    expect(bestMs / (clock.now() - halvedAtMs)).toBeGreaterThanOrEqual(limitShare);
  });

  it("leaves to others what the headers show that they use", async () => {
    const clock = new VirtualClock();
    const limiter = new RollingLimiter(clock, 190);
    const pacer = createPacer({ clock, share: 1 });
    const others = async (): Promise<void> => {
      for (let calls = 0; calls < 1_000; calls += 1) {
        await clock.sleep(100);
        limiter.call({ showsHeaders: true });
      }
    };
    const othersDone = others();
    await callUntilDone({ clock, pacer, limiter, calls: 900, inFlight: 12, latencyMs: () => 300 });
    await clock.run(othersDone);
    expect(limiter.refused / limiter.admittedAtMs.length).toBeLessThanOrEqual(0.02);
  });

  it("keeps to its share and to its own upper bound", async () => {
    for (const options of [{ share: 0.5 }, { share: 1, requestsPerSecond: 9.5 }]) {
      const clock = new VirtualClock();
      const limiter = new RollingLimiter(clock, 190);
      const startMs = clock.now();
      const pacer = createPacer({ clock, ...options });
      await callUntilDone({ clock, pacer, limiter, calls: 950, inFlight: 12, latencyMs: () => 300 });
      expect((950 / (clock.now() - startMs)) * WINDOW_MS).toBeLessThanOrEqual(97);
      expect((950 / (clock.now() - startMs)) * WINDOW_MS).toBeGreaterThanOrEqual(88);
    }
  });

  it("halves the pace once for calls that were in flight together, and recovers step by step", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const tickets = await clock.run(Promise.all([pacer.take("list"), pacer.take("list"), pacer.take("list")]));
    const full = pacer.counters().pacePerSecond;
    for (const ticket of tickets) pacer.observe(ticket, { headers: NO_HEADERS, isRateLimited: true });
    expect(pacer.counters().pacePerSecond).toBeCloseTo(full / 2);
    await clock.run(clock.sleep(5_000));
    expect(pacer.counters().pacePerSecond).toBeCloseTo(full * 0.6);
    await clock.run(clock.sleep(60_000));
    expect(pacer.counters().pacePerSecond).toBeCloseTo(full);
    expect(pacer.counters().rateLimited).toBe(3);
  });

  it("does not slow down once more when HubSpot tells the lower limit that a 429 came of", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const ticket = await clock.run(pacer.take("list"));
    const tell = (max: number): void =>
      pacer.observe(ticket, { headers: new Headers({ "x-hubspot-ratelimit-max": `${max}` }), isRateLimited: false });
    tell(190);
    pacer.observe(ticket, { headers: NO_HEADERS, isRateLimited: true });
    const halved = pacer.counters().pacePerSecond;
    tell(160);
    expect(pacer.counters().pacePerSecond).toBeCloseTo(halved);
    tell(40);
    expect(pacer.counters().pacePerSecond).toBeCloseTo(4 * 0.97);
  });

  it("does not let association reads wait for the ten-second window", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const startMs = clock.now();
    const lists = Promise.all(Array.from({ length: 50 }, () => pacer.take("list")));
    await clock.run(pacer.take("associations"));
    expect(clock.now()).toBe(startMs);
    await clock.run(lists);
    expect(pacer.counters().calls).toEqual({ list: 50, batchRead: 0, associations: 1, object: 0, settings: 0 });
  });

  it("tells the used share of the day and the account's limit", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const ticket = await pacer.take("batchRead");
    expect(pacer.counters()).toMatchObject({ limitMax: 0, dailyUsedPercent: 0 });
    const headers = new Headers({
      "x-hubspot-ratelimit-max": "190",
      "x-hubspot-ratelimit-daily": "650000",
      "x-hubspot-ratelimit-daily-remaining": "487500",
    });
    pacer.observe(ticket, { headers, isRateLimited: false });
    expect(pacer.counters()).toMatchObject({ limitMax: 190, dailyUsedPercent: 25 });
  });

  it("is not disturbed by headers that are no numbers", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const before = pacer.counters();
    const headers = new Headers({ "x-hubspot-ratelimit-max": "many", "x-hubspot-ratelimit-daily": "0" });
    pacer.observe({ kind: "list", sentAtMs: clock.now() }, { headers, isRateLimited: false });
    expect(pacer.counters()).toEqual(before);
  });

  it.each([
    [0.9, 17.1],
    [1, 18.43],
  ])("paces a share of %d at %d calls a second: only the whole limit needs a margin", async (share, expected) => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share });
    const ticket = await clock.run(pacer.take("list"));
    const headers = new Headers({ "x-hubspot-ratelimit-max": "190", "x-hubspot-ratelimit-remaining": "189" });
    pacer.observe(ticket, { headers, isRateLimited: false });
    expect(pacer.counters().pacePerSecond).toBeCloseTo(expected);
  });

  it("lets the most urgent call go first, one without urgency before all, and of equal ones the first", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const left: string[] = [];
    const call = async (name: string, urgency?: number): Promise<void> => {
      await pacer.take("list", { urgency });
      left.push(name);
    };
    // Nobody catches up with idle time after these.
    await clock.run(Promise.all(Array.from({ length: 5 }, () => pacer.take("list"))));
    const first = [call("two", 2), call("nine", 9), call("nine again", 9)];
    await clock.run(clock.sleep(1));
    const later = [call("twelve", 12), call("plain"), call("plain again")];
    await clock.run(Promise.all([...first, ...later]));
    expect(left).toEqual(["plain", "plain again", "twelve", "nine", "nine again", "two"]);
  });

  it("keeps the pace whatever the urgency", async () => {
    const clock = new VirtualClock();
    const limiter = new RollingLimiter(clock, 100);
    const pacer = createPacer({ clock, share: 1 });
    const startMs = clock.now();
    const calls = Array.from({ length: 300 }, async (_, index) => {
      const ticket = await pacer.take("list", { urgency: index });
      const { status, headers } = limiter.call({ showsHeaders: true });
      pacer.observe(ticket, { headers, isRateLimited: status === 429 });
    });
    await clock.run(Promise.all(calls));
    expect(limiter.refused).toBe(0);
    expect((300 / (clock.now() - startMs)) * WINDOW_MS).toBeCloseTo(97, -1);
  });

  it("lets a call go that has no time left for its turn, within a second, and gives its turn to the next", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const used = new Headers({ "x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-remaining": "0" });
    pacer.observe(await clock.run(pacer.take("list")), { headers: used, isRateLimited: false });
    const startMs = clock.now();
    const leftMs = (): number => startMs + 4_000 - clock.now();
    const timeUp = { name: "RetryableError", code: "timeUp", message: "no time was left for a call to HubSpot" };
    const late = [1, 2, 3].map(async () => {
      await expect(pacer.take("list", { leftMs })).rejects.toMatchObject(timeUp);
      return clock.now() - startMs;
    });
    const patient = pacer.take("list").then(({ sentAtMs }) => sentAtMs - startMs);
    const [first = 0, ...others] = await clock.run(Promise.all(late));
    expect([first, ...others].every((ms) => ms >= 4_000 && ms <= 5_000)).toBe(true);
    const waitedMs = await clock.run(patient);
    expect(waitedMs).toBeGreaterThan(5_000);
    expect(waitedMs).toBeLessThanOrEqual(11_000);
    // No turn is taken that nobody wants.
    await clock.run(clock.sleep(10_500));
    const dueMs = clock.now();
    expect((await clock.run(pacer.take("list"))).sentAtMs).toBe(dueMs);
    expect(pacer.counters().calls.list).toBe(3);
  });

  it("tells how long answers take, on average of the latest, association calls apart", async () => {
    const clock = new VirtualClock();
    const pacer = createPacer({ clock, share: 1 });
    const call = async (kind: "list" | "associations", takesMs: number): Promise<number> => {
      const ticket = await pacer.take(kind);
      await clock.sleep(takesMs);
      pacer.observe(ticket, { headers: NO_HEADERS, isRateLimited: false });
      return pacer.counters().answerMs;
    };
    expect(pacer.counters().answerMs).toBe(0);
    expect(await clock.run(call("associations", 5_000))).toBe(0);
    expect(await clock.run(call("list", 400))).toBe(400);
    expect(await clock.run(call("list", 1_200))).toBe(500);
  });
});
