interface Field {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  readonly words?: readonly string[];
  /** Forms that only this field knows, such as `L` for the last day. */
  readonly special?: RegExp;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: readonly Field[] = [
  { name: "minute", lowest: 0, highest: 59 },
  { name: "hour", lowest: 0, highest: 23 },
  { name: "day of month", lowest: 1, highest: 31, special: /^(?:\?|L|LW|(?:[1-9]|[12]\d|3[01])W)$/u },
  { name: "month", lowest: 1, highest: 12, words: MONTHS },
  { name: "day of week", lowest: 1, highest: 7, words: WEEKDAYS, special: /^(?:\?|L|[1-7]L|[1-7]#[1-5])$/u },
  { name: "year", lowest: 1970, highest: 2199 },
];

/**
 * What is wrong with a schedule of EventBridge Scheduler, or undefined: `cron(…)` with six fields or `rate(…)`.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function findScheduleProblem(expression: string): string | undefined {
  if (expression.startsWith("rate(")) return findRateProblem(expression);
  const inner = /^cron\((.*)\)$/u.exec(expression)?.[1];
  if (inner === undefined) return 'it is neither "cron(…)" nor "rate(…)"';
  const texts = inner.trim().split(/\s+/u);
  if (texts.length !== FIELDS.length) return `cron has ${texts.length} fields instead of 6`;
  const wrong = FIELDS.find((field, index) => !isField(field, texts[index] ?? ""));
  if (wrong !== undefined) return `the ${wrong.name} is not one that cron knows`;
  const [, , dayOfMonth, , dayOfWeek] = texts;
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) return 'exactly one of day of month and day of week must be "?"';
  return undefined;
}

function findRateProblem(expression: string): string | undefined {
  const isRate = /^rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9]\d+) (?:minutes|hours|days))\)$/u.test(expression);
  return isRate ? undefined : 'rate needs a number and a unit, such as "rate(12 hours)"';
}

function isField(field: Field, text: string): boolean {
  return text.split(",").every((part) => field.special?.test(part) === true || isSteppedRange(field, part));
}

function isSteppedRange(field: Field, part: string): boolean {
  const [range = "", step, ...rest] = part.split("/");
  if (rest.length > 0 || (step !== undefined && !/^[1-9]\d*$/u.test(step))) return false;
  if (range === "*") return true;
  const [from = "", to, ...more] = range.split("-");
  return more.length === 0 && isValue(field, from) && (to === undefined || isValue(field, to));
}

function isValue(field: Field, text: string): boolean {
  if (field.words?.includes(text.toUpperCase()) === true) return true;
  return /^\d+$/u.test(text) && Number(text) >= field.lowest && Number(text) <= field.highest;
}

/** Whether the IANA time zone database of this Node knows the name. */
export function isTimeZone(name: string): boolean {
  if (name === "") return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
