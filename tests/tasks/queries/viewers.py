"""Who looks at the story: one of each role that has another scope, and two who see nothing."""

from models.rules.access import Viewer
from tests.tasks.scenes import COUNTY_CASE, SENDERS

PROVINCE_VIEWER = Viewer("430000-mz.officer", "430000-mz", "province_civil", "430000", None)
BUREAU_VIEWER = Viewer("440300-mz.officer", "440300-mz", "sender_bureau", "440300", None)
CITY_VIEWER = Viewer("430100-mz.officer", "430100-mz", "city_civil", "430100", "430100")
OTHER_CITY_VIEWER = Viewer("430300-xz.officer", "430300-xz", "city_rural", "430300", "430300")
COUNTY_VIEWER = Viewer("430121-mz.officer", "430121-mz", "county_civil", "430121", "430100")
RURAL_VIEWER = Viewer("430121-xz.officer", "430121-xz", "county_rural", "430121", "430100")
SENDER_VIEWER = Viewer("sender", SENDERS[0], "sender", "440305", None)
RECIPIENT_VIEWER = Viewer("recipient", COUNTY_CASE, "recipient", "430121", "430100")
OPERATOR_VIEWER = Viewer("operator", "operator", "operator", "430000", None)
REVIEWER_VIEWER = Viewer("reviewer-01.reviewer", "reviewer-01", "reviewer", "430000", None)
