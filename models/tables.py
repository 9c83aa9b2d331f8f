"""All table modules in one place, so that the metadata is complete whoever asks for it first."""

import models.absence
import models.account
import models.agreement
import models.application
import models.assignment
import models.choice
import models.disbursement
import models.evaluation
import models.event
import models.fieldwork
import models.intake
import models.mail
import models.opening
import models.organisation
import models.pairing
import models.reach
import models.review
import models.step
import models.step_count
import models.stored_file
import models.succession
import models.system
import models.urging  # noqa: F401
