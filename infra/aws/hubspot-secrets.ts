import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { CfnSecret, type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";

/**
 * The two secrets, created without a value: a value in the template would be readable by everybody who may read
 * stacks. `npx hubspot-zep secrets` fills them. They stay when the stack goes, but not when its very creation fails: nobody
 * has filled them by then, and each attempt would leave two that are paid for.
 */
export class HubSpotSecrets extends Construct {
  readonly accessToken: ISecret;
  readonly clientSecret: ISecret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.accessToken = this.createEmpty("AccessToken", "Access token of the HubSpot app");
    this.clientSecret = this.createEmpty("ClientSecret", "Client secret of the HubSpot app, two while it is rotated");
  }

  /** The L2 construct always generates a random value, so this is the resource itself. */
  private createEmpty(id: string, description: string): ISecret {
    const secret = new CfnSecret(this, id, { description });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    Validations.of(secret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "HubSpot issues this value and offers no interface to rotate it; the README tells how to do it by hand.",
    });
    return Secret.fromSecretCompleteArn(this, `${id}Reference`, secret.ref);
  }
}
