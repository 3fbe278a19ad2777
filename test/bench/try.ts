import { buildBundle } from "./bundle/build-bundle.ts";
const b = await buildBundle("receive-webhook");
console.log(
  b.largest
    .slice(0, 45)
    .map((x) => `${x.bytes} ${x.path.replace("node_modules/", "")}`)
    .join("\n"),
);
console.log(
  b.largest
    .filter((x) => !x.path.startsWith("node_modules"))
    .map((x) => `${x.bytes} ${x.path}`)
    .join("\n"),
);
