"""Forms of the members: a tag, and who looks after them."""

from typing import Any

from django import forms

from members.models import Member
from members.services import set_owner, tag_member
from org.contracts import Role
from org.models import Staff
from org.selectors import list_staff_for
from pages.dashboard.forms import BootstrapForm


class TagForm(BootstrapForm):
    group = forms.CharField(label="标签组", max_length=30, initial="自定义")
    name = forms.CharField(label="标签", max_length=30)

    def save(self, member: Member, actor: Staff) -> None:
        tag_member(member=member, source=f"staff:{actor.name}", **self.cleaned_data)


class OwnerForm(BootstrapForm):
    owner = forms.ModelChoiceField(
        Staff._default_manager.none(), label="归谁照顾", required=False, empty_label="没有人"
    )

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_staff_for(actor).filter(role=Role.GUIDE, is_active=True)

    def save(self, member: Member) -> None:
        set_owner(member=member, staff=self.cleaned_data["owner"], reason="在会员页改")
