import {
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  RestApi,
} from "aws-cdk-lib/aws-apigateway";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

/** Requests a second that the whole API takes, and how many at once above that. */
const THROTTLE = { throttlingRateLimit: 100, throttlingBurstLimit: 200 } as const;

/**
 * The API as a regional REST API whose every path goes to one function. Callers sign their requests
 * (IAM): nothing of it is open to the public.
 */
export class HttpApi extends Construct {
  readonly restApi: RestApi;

  constructor(scope: Construct, id: string, handler: IFunction) {
    super(scope, id);
    this.restApi = new RestApi(this, "Api", {
      restApiName: "savepoint",
      endpointTypes: [EndpointType.REGIONAL],
      // The role would be shared by the whole account and outlive the stack.
      cloudWatchRole: false,
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      defaultIntegration: new LambdaIntegration(handler, { allowTestInvoke: false }),
      deployOptions: { stageName: "v1", ...THROTTLE },
    });
    this.restApi.root.addProxy();
    // CDK's own output of the URL has a hash in its name; the stack gives it a plain one.
    this.restApi.node.tryRemoveChild("Endpoint");
  }
}
