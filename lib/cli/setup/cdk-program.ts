import { chooseStackName, type AwsChoice } from "../aws/deployment.ts";
import { readCdkSettings } from "../cdk-settings.ts";
import { CliError } from "../cli-error.ts";
import type { CliIo, ProgramCall } from "../cli-io.ts";

/** Starts the CDK that is installed here, never some other version that npx would fetch. */
export function callCdk(args: readonly string[]): Pick<ProgramCall, "command" | "args"> {
  // Without the two hyphens npx takes `cdk` for the value of `--no`, and what follows for its own.
  return { command: "npx", args: ["--no", "--", "cdk", ...args] };
}

/** CDK's command line, for one account, region and stack. */
export interface CdkProgram {
  /** The arguments for a person to type, without what only this program adds. */
  readonly spell: (args: readonly string[]) => string;
  /** @throws CliError when it fails; its output was shown */
  readonly run: (args: readonly string[]) => Promise<void>;
}

/** Opens CDK with the credentials' own profile and region: what was checked is what is deployed to. */
export async function openCdk(
  io: CliIo,
  { options, choice, region }: { readonly options: unknown; readonly choice: AwsChoice; readonly region: string },
): Promise<CdkProgram> {
  const stackName = await chooseStackName(io, options);
  const isNamed = stackName !== (await readCdkSettings(io.folder)).stackName;
  const common = [
    ...(choice.profile === undefined ? [] : ["--profile", choice.profile]),
    ...(isNamed ? ["-c", `stackName=${stackName}`] : []),
  ];
  const spell = (args: readonly string[]): string => ["npx", "cdk", ...args, ...common].join(" ");
  return {
    spell,
    run: async (args) => {
      const { exitCode } = await io.runProgram({
        ...callCdk([...args, ...common]),
        isShown: true,
        env: { AWS_REGION: region, AWS_DEFAULT_REGION: region },
      });
      if (exitCode === 0) return;
      throw new CliError(
        `\`${spell(args)}\` ended with ${exitCode}. Mend what it says above and run \`npx hubspot-zep setup\` again: it goes on from here.`,
      );
    },
  };
}
