"""The routes of the centre's own work: the list, searching, shifts, centres, reports, health."""

from aiohttp import web

from backoffice.console import actions, bulk, case_list, centres, health, labels, reports, searching, shift

ID = "[0-9a-zA-Z_-]{1,64}"
CODE = r"[\w-]{1,64}"


def add(router: web.UrlDispatcher) -> None:
    """Every route here has its entry in `access.ROUTES`."""
    _list(router)
    _shifts(router)
    router.add_post("/search", searching.find, name="search")
    router.add_get("/centres", centres.show, name="centres")
    router.add_post("/centres", centres.put, name="centres.put")
    router.add_post(f"/centres/{{centre:{CODE}}}/remove", centres.remove, name="centres.remove")
    router.add_get(f"/cases/{{case:{ID}}}/labels", labels.show, name="case.labels")
    for name, (path, step) in labels.STEPS.items():
        router.add_post(f"/cases/{{case:{ID}}}/{path}", actions.on_case(name, step), name=name)
    router.add_get("/reports", reports.show, name="reports")
    router.add_get("/reports/{what:[a-z_]{1,16}}.{ending:csv|json}", reports.take, name="reports.take")
    router.add_get("/health", health.show, name="health")


def _list(router: web.UrlDispatcher) -> None:
    router.add_get("/list", case_list.show, name="list")
    router.add_get("/list/cases.{ending:csv|json}", case_list.export, name="list.export")
    router.add_post("/list/bulk", bulk.run, name="list.bulk")
    router.add_post("/list/views", case_list.keep, name="list.keep")
    router.add_post(f"/list/views/{{view:{ID}}}/remove", case_list.drop, name="list.drop")


def _shifts(router: web.UrlDispatcher) -> None:
    router.add_get("/shift", shift.show, name="shift")
    router.add_post("/shift", shift.say, name="shift.say")
    router.add_post("/shift/handovers", shift.write, name="shift.write")
    router.add_post(f"/shift/handovers/{{handover:{ID}}}", shift.acknowledge, name="shift.acknowledge")
    router.add_post("/shift/away/{operator:[^/]{1,64}}", shift.away, name="shift.away")
