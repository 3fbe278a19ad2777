import type { Behaviour, CallKind } from "./behaviour.ts";
import type { PortalIdentity } from "./portal-source.ts";

const WINDOW_MS = 10_000;

export type Admission = "admitted" | "tenSecondly" | "daily" | "bare429";

/** Fact: a rolling window of ten seconds and a daily quota until midnight of the account's time zone. */
export class RateLimiter {
  readonly #behaviour: Behaviour;
  readonly #days: Intl.DateTimeFormat;
  readonly #burst = new RollingWindow();
  readonly #associationBurst = new RollingWindow();
  #day = "";
  #usedToday = 0;

  constructor(behaviour: Behaviour, identity: PortalIdentity) {
    this.#behaviour = behaviour;
    this.#days = new Intl.DateTimeFormat("en-CA", { timeZone: identity.timeZone, dateStyle: "short" });
  }

  /** Counts the call unless it is refused. Fact: the association batch endpoint has a budget of its own. */
  admit(kind: CallKind, nowMs: number): Admission {
    this.#turnDay(nowMs);
    if (this.#usedToday >= this.#behaviour.dailyLimit) return "daily";
    if (kind === "associations") {
      if (this.#associationBurst.count(nowMs) >= this.#behaviour.associationBurstLimit) return "bare429";
      this.#associationBurst.add(nowMs);
    } else {
      if (this.#burst.count(nowMs) >= this.#behaviour.burstLimit) return "tenSecondly";
      this.#burst.add(nowMs);
    }
    this.#usedToday += 1;
    return "admitted";
  }

  /** The headers HubSpot sends; whether the exempt endpoint sends the window's is unknown, so it sends the day's only. */
  headers(kind: CallKind, nowMs: number): Record<string, string> {
    const { dailyLimit, burstLimit } = this.#behaviour;
    const daily = {
      "x-hubspot-ratelimit-daily": String(dailyLimit),
      "x-hubspot-ratelimit-daily-remaining": String(Math.max(0, dailyLimit - this.#usedToday)),
    };
    if (kind === "associations") return daily;
    return {
      ...daily,
      "x-hubspot-ratelimit-max": String(burstLimit),
      "x-hubspot-ratelimit-remaining": String(Math.max(0, burstLimit - this.#burst.count(nowMs))),
      "x-hubspot-ratelimit-interval-milliseconds": String(WINDOW_MS),
    };
  }

  #turnDay(nowMs: number): void {
    const day = this.#days.format(nowMs);
    if (day === this.#day) return;
    this.#day = day;
    this.#usedToday = 0;
  }
}

class RollingWindow {
  #times: number[] = [];

  count(nowMs: number): number {
    const oldest = this.#times.findIndex((time) => time > nowMs - WINDOW_MS);
    if (oldest !== 0) this.#times = oldest === -1 ? [] : this.#times.slice(oldest);
    return this.#times.length;
  }

  add(nowMs: number): void {
    this.#times.push(nowMs);
  }
}
