import * as z from "zod";
import { readJsonAnswer, type AwsAccount } from "../aws/aws-account.ts";
import { ok, problem, type CheckLine } from "./check-line.ts";

/** The schedule as EventBridge Scheduler describes it. */
export interface ScheduleFacts {
  readonly state: string;
  readonly expression: string;
  readonly timeZone: string;
}

/** Whether the nightly pass will start. */
export function checkSchedule({ state, expression, timeZone }: ScheduleFacts): readonly CheckLine[] {
  if (state === "ENABLED") return [ok("schedule", `the pass starts at ${expression}, ${timeZone}`)];
  return [
    problem(
      "schedule",
      `the schedule is ${state}`,
      "Enable it in the EventBridge Scheduler console; until then start passes with `npx hubspot-zep reconcile --aws`.",
    ),
  ];
}

const schedule = z.looseObject({
  State: z.string(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default("UTC"),
});

/**
 * Reads the schedule.
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html
 * @throws AwsRefusal
 */
export async function readScheduleFacts(account: AwsAccount, scheduleName: string): Promise<ScheduleFacts> {
  const response = await account.sendSigned({
    service: "scheduler",
    method: "GET",
    url: `${account.endpointOf("scheduler")}/schedules/${encodeURIComponent(scheduleName)}`,
  });
  const answer = await readJsonAnswer("scheduler", response, schedule);
  return { state: answer.State, expression: answer.ScheduleExpression, timeZone: answer.ScheduleExpressionTimezone };
}
