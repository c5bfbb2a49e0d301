"""An event about a DataSync execution, followed as record-state follows it, with boto3."""

import json
import logging
import os

import boto3

logging.getLogger().setLevel(logging.INFO)

datasync = boto3.client("datasync")
dynamodb = boto3.client("dynamodb")
stepfunctions = boto3.client("stepfunctions")
TABLE = os.environ["RUN_TABLE"]
ENDED = ("SUCCESS", "ERROR")


def item(pk, sk):
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    return dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")


def handler(event, _context):
    execution = event["resources"][0]
    status = datasync.describe_task_execution(TaskExecutionArn=execution)["Status"]
    if status not in ENDED:
        return told(execution, "InProgress")
    attempt = item(f"execution#{execution}", "execution")["attempt"]["S"]
    run, job, number = attempt.split("/")
    record = json.loads(item(f"run#{run}", f"job#{job}")["document"]["S"])
    if record["phase"].get("attempt") != int(number):
        return told(execution, "Late")
    token = item(f"run#{run}", f"job#{job}")["token"]["S"]
    stepfunctions.send_task_success(taskToken=token, output='{"ended":"observed"}')
    return told(execution, "Woken(Yes)")


def told(execution, recorded):
    logging.info("%s: %s", execution, recorded)
    return {"recorded": recorded}
