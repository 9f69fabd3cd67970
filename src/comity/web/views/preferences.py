"""Language and reading panel: two small forms, two cookies, no script; an account keeps both as well."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from comity.store.models import Person
from comity.web import languages, reading_panel
from comity.web.places import safe_place


@csrf_exempt  # harmless from anywhere, and pages whose address is secret send forms without an origin
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose a language and come back; somebody signed in keeps it with the account."""
    response = redirect(safe_place(request, request.POST.get("next", ""), otherwise="/"))
    code = request.POST.get("language", "")
    if languages.is_offered(code):
        languages.remember(response, code, secure=request.is_secure())
        if isinstance(request.user, Person) and request.user.language != code:
            Person.objects.filter(pk=request.user.pk).update(language=code)
    return response


@csrf_exempt  # as above
@require_http_methods(["GET", "HEAD", "POST"])
def reading(request: HttpRequest) -> HttpResponse:
    """Show the reading panel, or take its answers and come back to the page they are for."""
    if request.method != "POST":
        place = safe_place(request, request.GET.get("next", ""), otherwise="/")
        return render(request, "web/reading.html", {"choices": reading_panel.CHOICES, "place": place})
    place = safe_place(request, request.POST.get("next", ""), otherwise="/")
    regular = "regular" in request.POST
    answers = reading_panel.Reading() if regular else reading_panel.reading_from(request.POST.dict())
    response = redirect(place)
    reading_panel.remember(response, answers, secure=request.is_secure())
    if isinstance(request.user, Person):
        Person.objects.filter(pk=request.user.pk).update(reading=reading_panel.render_reading(answers))
    return response
