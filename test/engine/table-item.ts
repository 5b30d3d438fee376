import { TABLE_NAME } from "../../localstack/embedded/resources.ts";
import type { World } from "../../lambda/testing/world.ts";

/** Changes one item of the world's table behind the engine's back. */
export async function changeItem(
  world: World,
  key: { readonly pk: string; readonly sk: string },
  change: { readonly update: string; readonly values: object; readonly names?: object },
): Promise<void> {
  const response = await world.dynamodb.handler({
    target: "DynamoDB_20120810.UpdateItem",
    headers: {},
    body: JSON.stringify({
      TableName: TABLE_NAME,
      Key: { pk: { S: key.pk }, sk: { S: key.sk } },
      UpdateExpression: change.update,
      ExpressionAttributeValues: change.values,
      ...(change.names && { ExpressionAttributeNames: change.names }),
    }),
  });
  if (response.status !== 200) throw new Error(response.body);
}
