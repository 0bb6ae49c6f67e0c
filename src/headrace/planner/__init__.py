"""Where each step runs, what is kept, and what it costs: a value that explains itself."""

from headrace.planner.capabilities import Capabilities
from headrace.planner.explain import ExplainedStep, explain, plan_text
from headrace.planner.placement import make_plan
from headrace.planner.plan import Placement, Plan, Stage
from headrace.planner.sharing import shared_tables
from headrace.planner.sizes import estimated_facts

__all__ = [
    "Capabilities", "ExplainedStep", "Placement", "Plan", "Stage",
    "estimated_facts", "explain", "make_plan", "plan_text", "shared_tables",
]  # fmt: skip
