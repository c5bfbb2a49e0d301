"""Prints the CloudFormation template that AWS would make of template.yaml: argument 1, JSON on standard output. No network, no account."""

import json
import sys

import yaml
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """The template names no managed policy, so the table of their ARNs, which comes from IAM, is empty."""

    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as source:
    template = yaml.safe_load(source)

# `sam build` and `sam deploy` put the code and the definition into a bucket and write the address here.
template["Globals"]["Function"]["CodeUri"] = "s3://code/function.zip"
for resource in template["Resources"].values():
    if "DefinitionUri" in resource["Properties"]:
        resource["Properties"]["DefinitionUri"] = "s3://code/definition.json"

json.dump(transform(template, {}, NoManagedPolicies()), sys.stdout, indent=1)
