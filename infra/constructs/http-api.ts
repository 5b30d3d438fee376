import { Duration, Names } from "aws-cdk-lib";
import {
  AuthorizationType,
  EndpointType,
  type IAuthorizer,
  LambdaIntegration,
  type MethodDeploymentOptions,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { type ApiChoices, assertApiChoices } from "../api-choices.ts";
import { descriptor } from "../descriptor.ts";
import { acceptFindings } from "./accepted-findings.ts";
import { addGatewayResponses } from "./gateway-responses.ts";

/** What the API is made of. */
export interface HttpApiProps extends ApiChoices {
  readonly handler: IFunction;
  /** Whether anybody may complete a callback token that they have. */
  readonly publicTokens: boolean;
  /** Lets callers in instead of IAM. */
  readonly authorizer: IAuthorizer | undefined;
}

/** What cdk-nag finds, and why it is left. */
const ACCEPTED = {
  APIG1: "access logs need a CloudWatch role that the whole account would share",
  APIG2: "the function validates every body, with a message for each field",
  APIG3: "a firewall costs by the month, and unsigned requests are refused already",
  APIG6: "execution logs need the same shared role as access logs",
  COG4: "callers sign their requests or bear a token; no Cognito pool is needed",
};

/** What pages send to the API beside what any page may. */
const HEADERS = ["authorization", "content-type", "idempotency-key"];
/**
 * What a signed request has besides (IAM user guide, "Elements of an AWS API request signature"); the hash of the
 * body is sent by signers that sign for S3, too.
 */
const SIGNED_HEADERS = ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];

/** How long browsers remember what they may, seconds. */
const CORS_SECONDS = 600;

/**
 * The API as a regional REST API whose every path goes to one function. Callers sign their requests (IAM) or
 * bear a token: nothing of it is open to the public, but for the completion of tokens if that is asked for.
 */
export class HttpApi extends Construct {
  readonly restApi: RestApi;

  /** @throws Error when what is chosen cannot be */
  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    assertApiChoices(props);
    const { handler, publicTokens, corsOrigins, authorizer } = props;
    this.restApi = new RestApi(this, "Api", {
      // API Gateway's metrics tell APIs apart by their names alone, in the whole region.
      restApiName: Names.uniqueResourceName(this, {
        separator: "-",
        allowedSpecialCharacters: "-",
      }),
      endpointTypes: [EndpointType.REGIONAL],
      // The role would be shared by the whole account and outlive the stack.
      cloudWatchRole: false,
      defaultMethodOptions: authorizer
        ? { authorizationType: AuthorizationType.CUSTOM, authorizer }
        : { authorizationType: AuthorizationType.IAM },
      defaultIntegration: new LambdaIntegration(handler, { allowTestInvoke: false }),
      deployOptions: {
        stageName: "v1",
        throttlingRateLimit: props.requestsPerSecond,
        throttlingBurstLimit: props.requestsBurst,
        ...(publicTokens && { methodOptions: tokensThrottle() }),
      },
      ...(corsOrigins.length > 0 && {
        defaultCorsPreflightOptions: {
          allowOrigins: [...corsOrigins],
          allowMethods: ["GET", "POST", "DELETE"],
          allowHeaders: authorizer ? HEADERS : [...HEADERS, ...SIGNED_HEADERS],
          maxAge: Duration.seconds(CORS_SECONDS),
        },
      }),
    });
    acceptFindings(this.restApi, ACCEPTED);
    this.restApi.root.addProxy();
    if (publicTokens) this.openTokens();
    addGatewayResponses(this.restApi, corsOrigins, authorizer === undefined);
    // CDK's own output of the URL has a hash in its name; the stack gives it a plain one.
    this.restApi.node.tryRemoveChild("Endpoint");
  }

  /** One method of one resource: other methods of it are not there, and other paths match the proxy. */
  private openTokens(): void {
    const { method, path } = descriptor.http.tokens;
    const tokens = this.restApi.root.resourceForPath(path);
    const open = tokens.addMethod(method, undefined, { authorizationType: AuthorizationType.NONE });
    acceptFindings(open, {
      APIG4:
        "who completes a token needs that alone, of 256 bits; the route has a throttle of its own",
    });
  }
}

/** A throttle of its own, so that strangers cannot use up what the signed callers have. */
function tokensThrottle(): Record<string, MethodDeploymentOptions> {
  const { method, path, requestsPerSecond, burst } = descriptor.http.tokens;
  return {
    [`${path}/${method}`]: { throttlingRateLimit: requestsPerSecond, throttlingBurstLimit: burst },
  };
}
