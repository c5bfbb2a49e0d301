// An event about a DataSync execution, followed as record-state follows it, with the AWS SDK for JavaScript.
import { DataSyncClient, DescribeTaskExecutionCommand } from "@aws-sdk/client-datasync";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { SFNClient, SendTaskSuccessCommand } from "@aws-sdk/client-sfn";

const datasync = new DataSyncClient({});
const dynamodb = new DynamoDBClient({});
const stepfunctions = new SFNClient({});
const TableName = process.env.RUN_TABLE;
const ENDED = ["SUCCESS", "ERROR"];

async function item(pk, sk) {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  return (await dynamodb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
}

function told(execution, recorded) {
  console.log(JSON.stringify({ execution, recorded }));
  return { recorded };
}

export async function handler(event) {
  const execution = event.resources[0];
  const { Status } = await datasync.send(new DescribeTaskExecutionCommand({ TaskExecutionArn: execution }));
  if (!ENDED.includes(Status)) return told(execution, "InProgress");
  const [run, job, number] = (await item(`execution#${execution}`, "execution")).attempt.S.split("/");
  const record = JSON.parse((await item(`run#${run}`, `job#${job}`)).document.S);
  if (record.phase.attempt !== Number(number)) return told(execution, "Late");
  const taskToken = (await item(`run#${run}`, `job#${job}`)).token.S;
  await stepfunctions.send(new SendTaskSuccessCommand({ taskToken, output: '{"ended":"observed"}' }));
  return told(execution, "Woken(Yes)");
}
