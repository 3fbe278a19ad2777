import { type BundlingOptions, Charset, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/**
 * Parts of the SDK that it loads only when it needs them, which a Lambda function never does: other ways to credentials
 * than the environment variables that carry its role, where the SDK looks first, and event streams, which none of our
 * services speaks. Left out of the bundle they save 145 kB of it; Lambda's own SDK would step in if one were asked for.
 */
export const UNUSED_SDK_PARTS = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-login",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/core/event-streams",
  "@smithy/credential-provider-imds",
] as const;

/**
 * HubSpot's SDK brings a transport of its own, which can upload forms. Ours takes its place, so nothing ever asks for
 * `form-data`; any module will do in its stead, and 160 kB of it and its table of file types stay out.
 */
export const REPLACED_PARTS = { "form-data": "node:stream" } as const;

/**
 * How a function's file becomes its bundle. CommonJS, for in an ES module `node:http` costs 30 ms of cold start and a
 * `require` of it 3 ms; `module` first, for only ES modules can be shaken. The SDK is bundled, so that what runs is what
 * was tested.
 */
export const FUNCTION_BUNDLING: BundlingOptions = {
  format: OutputFormat.CJS,
  mainFields: ["module", "main"],
  target: "node24",
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  charset: Charset.UTF8,
  externalModules: [...UNUSED_SDK_PARTS],
  esbuildArgs: Object.fromEntries(Object.entries(REPLACED_PARTS).map(([name, by]) => [`--alias:${name}`, by])),
};
