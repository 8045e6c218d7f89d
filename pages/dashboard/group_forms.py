"""Forms of the groups and their calendars."""

from typing import Any

from django import forms

from community.contracts import CONTENT_TYPE_NAMES, GROUP_TYPE_NAMES, SCENE_NAMES
from community.models import SopCalendar, SopSlot
from community.selectors import STARTERS, WEEKDAYS, clock_text
from community.services import (
    SlotDraft,
    add_slot,
    change_slot,
    create_calendar_from_template,
)
from core.errors import Refusal
from org.models import OrgUnit, Staff
from org.selectors import list_brands_for
from pages.dashboard.forms import BootstrapForm

GROUP_TYPES = [(kind.value, name) for kind, name in GROUP_TYPE_NAMES.items()]
SCENES = [(scene.value, name) for scene, name in SCENE_NAMES.items()]
CONTENT_TYPES = [(kind.value, name) for kind, name in CONTENT_TYPE_NAMES.items()]
TEMPLATES = [
    *((one.code, f"{one.name}（{len(one.slots)} 个时段）") for one in STARTERS),
    ("", "从空白开始"),
]
QUARTERS = [(minute, clock_text(minute)) for minute in range(0, 24 * 60, 15)]
DEADLINES = [(30, "30 分钟"), (60, "1 小时"), (120, "2 小时"), (240, "4 小时"), (720, "12 小时")]


class GroupSearchForm(BootstrapForm):
    q = forms.CharField(label="群名称", max_length=40, required=False)
    group_type = forms.ChoiceField(
        label="类型", choices=[("", "全部"), *GROUP_TYPES, ("none", "还没有定")], required=False
    )


class GroupTypeForm(BootstrapForm):
    group_type = forms.ChoiceField(
        label="类型", choices=[("", "不进任何日历"), *GROUP_TYPES], required=False
    )


class CalendarForm(BootstrapForm):
    name = forms.CharField(label="名称", max_length=60)
    brand = forms.ModelChoiceField(OrgUnit._default_manager.none(), label="品牌", empty_label=None)
    group_type = forms.ChoiceField(
        label="发给哪类群", choices=GROUP_TYPES, help_text="同一品牌同一类群只能有一个进行中的日历"
    )
    template = forms.ChoiceField(label="从哪里开始", choices=TEMPLATES, required=False)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["brand"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_brands_for(actor)
        self.calendar: SopCalendar | None = None

    def save_or_explain(self) -> bool:
        try:
            self.calendar = create_calendar_from_template(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class SlotForm(BootstrapForm):
    minute = forms.TypedChoiceField(label="时间", choices=QUARTERS, coerce=int)
    deadline_minutes = forms.TypedChoiceField(
        label="多久之内发出", choices=DEADLINES, coerce=int, initial=120
    )
    scene = forms.ChoiceField(label="场景", choices=SCENES)
    content_type = forms.ChoiceField(label="内容类型", choices=CONTENT_TYPES)
    title = forms.CharField(label="名称", max_length=40, help_text="只在后台和导购的提醒里出现")
    weekdays = forms.TypedMultipleChoiceField(
        label="星期",
        choices=[(day, f"周{WEEKDAYS[day]}") for day in range(7)],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(
        label="内容", max_length=4_000, widget=forms.Textarea(attrs={"rows": 5}), required=False
    )
    link_title = forms.CharField(label="链接标题", max_length=60, required=False)
    link_url = forms.URLField(
        label="链接地址", max_length=1000, required=False, assume_scheme="https"
    )

    def __init__(self, *args: Any, calendar: SopCalendar, slot: SopSlot | None, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["weekdays"].widget.attrs["class"] = "form-check-input"
        self.calendar, self.slot = calendar, slot

    def save_or_explain(self) -> bool:
        data = dict(self.cleaned_data)
        data["weekdays"] = sum(1 << day for day in data["weekdays"])
        try:
            if self.slot is None:
                add_slot(calendar=self.calendar, slot=SlotDraft(**data))
            else:
                change_slot(calendar=self.calendar, key=self.slot.key, **data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


def values_of(slot: SopSlot) -> dict[str, Any]:
    """A slot as the form shows it."""
    names = ("minute", "deadline_minutes", "scene", "content_type", "title", "text")
    values = {name: getattr(slot, name) for name in (*names, "link_title", "link_url")}
    return {**values, "weekdays": [day for day in range(7) if slot.weekdays >> day & 1]}


class SpeechForm(BootstrapForm):
    file = forms.FileField(label="发言表（CSV）")


class WhyForm(BootstrapForm):
    q = forms.CharField(label="会员姓名或群名称", max_length=40, required=False)
