import { ATTACH, DETACH } from "./detach.ts";
import { DOCTOR } from "./doctor.ts";
import { EXPLAIN } from "./explain.ts";
import { HUBSPOT_APP } from "./hubspot-app.ts";
import { LIST } from "./list.ts";
import { REDRIVE } from "./redrive.ts";
import { RESYNC } from "./resync.ts";
import { SECRETS_FINISH, SECRETS_SET } from "./secrets.ts";
import { SET } from "./set.ts";
import { SHOW } from "./show.ts";
import { STAGES } from "./stages.ts";
import type { Command } from "../command.ts";

/** Every command, in the order of `--help`: looking, changing, installing, operating. */
export const COMMANDS: readonly Command[] = [
  LIST,
  SHOW,
  EXPLAIN,
  SET,
  DETACH,
  ATTACH,
  RESYNC,
  STAGES,
  SECRETS_SET,
  SECRETS_FINISH,
  HUBSPOT_APP,
  DOCTOR,
  REDRIVE,
];
