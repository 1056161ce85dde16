"""Validates bills of materials: SPDX by spdx-tools, CycloneDX by the schema of its Python library.

Reads the paths of documents from standard input, a line each, and tells what is wrong with which. Beyond what the
validators look at, both SPDX formats must say the same, verification codes and package URLs must be right.
"""

import hashlib
import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from spdx_tools.spdx.model import RelationshipType
from spdx_tools.spdx.parser.error import SPDXParsingError
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

CYCLONEDX = JsonStrictValidator(SchemaVersion.V1_6)


def check_spdx(path):
    try:
        document = parse_file(path)
    except SPDXParsingError as error:
        return None, error.get_messages()
    return document, [message.validation_message for message in validate_full_spdx_document(document, "SPDX-2.3")]


def check_meaning(document):
    package = document.packages[0]
    sums = sorted(sum.value for file in document.files for sum in file.checksums if sum.algorithm.name == "SHA1")
    if package.files_analyzed and hashlib.sha1("".join(sums).encode()).hexdigest() != package.verification_code.value:
        yield "the package verification code is not that of the files"
    purl = package.external_references[0].locator
    url = PackageURL.from_string(purl)
    if (url.type, url.version, url.qualifiers) != ("deb", package.version, {"arch": "source"}):
        yield f"{purl} is not the package"


def same(one, other):
    """What readers of either format see; how texts end is lost in one of them."""
    def files(document):
        return [
            (file.name.strip(), file.spdx_id, file.checksums, file.license_concluded, file.license_info_in_file)
            for file in document.files
        ]

    def packages(document):
        return [
            (package.name, package.version, package.checksums, package.license_declared, package.download_location)
            for package in document.packages
        ]

    def relationships(document):
        rows = {(row.spdx_element_id, row.relationship_type, row.related_spdx_element_id) for row in document.relationships}
        return sorted(rows, key=str)

    def extracted(document):
        return [(licence.license_id, licence.extracted_text.split()) for licence in document.extracted_licensing_info]

    for name, part in (("files", files), ("packages", packages), ("relationships", relationships), ("texts", extracted)):
        if part(one) != part(other):
            yield f"{name} differ from those of the other format"


def check_cyclonedx(path):
    with open(path, encoding="utf-8") as file:
        errors = CYCLONEDX.validate_str(file.read(), all_errors=True)
    return [str(error)[:500] for error in errors or []]


def main():
    documents = [line.rstrip("\n") for line in sys.stdin]
    wrong = []
    read = {}
    for path in documents:
        if path.endswith(".cdx.json"):
            messages = check_cyclonedx(path)
        else:
            document, messages = check_spdx(path)
            if document is not None:
                messages += check_meaning(document)
                other = read.setdefault(path.removesuffix(".json"), document)
                messages += same(other, document)
        wrong += [f"{path}: {message}" for message in messages]
    print(json.dumps({"documents": len(documents), "wrong": wrong}))


main()
