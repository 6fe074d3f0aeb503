"""What csi-sanity did: counts, and each spec that did not run with the reason. Fails when a spec failed, or one did not run that should have."""

import sys
import xml.etree.ElementTree

AT_LEAST = 94
# Specs that may be skipped: a part of their name, and why.
REASONS = {
    "pagination should detect volumes added between pages": "always pending in the suite itself",
    "NodeGetVolumeHealth": "health of CSI 1.13 is not served yet",
    "NodeGetStorageHealth": "health of CSI 1.13 is not served yet",
    "ControllerGetVolumeHealth": "health of CSI 1.13 is not served yet",
    "ControllerListVolumeHealth": "health of CSI 1.13 is not served yet",
    "snapshot with accessibility requirements": "every node reaches the bucket: there is no topology",
}


def reason_of(name):
    return next((reason for part, reason in REASONS.items() if part in name), None)


def main(path, title):
    try:
        cases = list(xml.etree.ElementTree.parse(path).iter("testcase"))
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print(f"{title}: csi-sanity has left no report: {error}")
        return 1
    cases = [case for case in cases if case.get("name", "").startswith("[It]")]
    by_status = {}
    for case in cases:
        by_status.setdefault(case.get("status"), []).append(case.get("name").removeprefix("[It] "))
    ran = len(by_status.get("passed", [])) + len(by_status.get("failed", []))
    counts = ", ".join(f"{len(names)} {status}" for status, names in sorted(by_status.items()))
    print(f"{title}: {ran} of {len(cases)} ran: {counts}")
    wrong = ran < AT_LEAST
    for status, names in sorted(by_status.items()):
        for name in names:
            if status == "passed":
                continue
            reason = reason_of(name) if status in ("skipped", "pending") else None
            wrong = wrong or reason is None
            print(f"  {status}: {name}: {reason or 'no reason is known'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
