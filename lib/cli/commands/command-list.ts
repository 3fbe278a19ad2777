import { CONSOLE } from "./console.ts";
import { ATTACH, DETACH } from "./detach.ts";
import { DOCTOR } from "./doctor.ts";
import { EXPLAIN } from "./explain.ts";
import { HEALTH } from "./health.ts";
import { HUBSPOT_APP } from "./hubspot-app.ts";
import { LIST } from "./list.ts";
import { PREVIEW } from "./preview.ts";
import { RECONCILE, RECONCILIATIONS } from "./reconcile.ts";
import { REDRIVE } from "./redrive.ts";
import { RESYNC } from "./resync.ts";
import { SECRETS_FINISH, SECRETS_SET } from "./secrets.ts";
import { SET } from "./set.ts";
import { SETUP } from "./setup.ts";
import { SHOW } from "./show.ts";
import { STAGES } from "./stages.ts";
import type { Command } from "../command.ts";

/** Every command, in the order of `--help`: looking, changing, installing, operating. */
export const COMMANDS: readonly Command[] = [
  HEALTH,
  CONSOLE,
  LIST,
  SHOW,
  EXPLAIN,
  SET,
  DETACH,
  ATTACH,
  RESYNC,
  RECONCILE,
  RECONCILIATIONS,
  PREVIEW,
  SETUP,
  STAGES,
  SECRETS_SET,
  SECRETS_FINISH,
  HUBSPOT_APP,
  DOCTOR,
  REDRIVE,
];
