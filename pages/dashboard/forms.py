"""Forms of the dashboard: they check what was typed; services decide."""

from typing import Any

from django import forms

from core.errors import Refusal
from core.ids import random_text
from org.contracts import ROLE_NAMES, Role
from org.models import OrgUnit, Staff
from org.selectors import list_units_for
from org.services import create_staff, create_unit

ROLE_CHOICES = [
    (role.value, name) for role, name in ROLE_NAMES.items() if role is not Role.PLATFORM
]


class BootstrapForm(forms.Form):
    """Gives every field the look of the component shelf."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            select = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if select else "form-control"

    def refuse(self, refused: Refusal) -> bool:
        self.add_error(None, refused.text)
        return False


class UnitForm(BootstrapForm):
    kind = forms.ChoiceField(label="类型", choices=OrgUnit.Kind.choices)
    parent = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="上级", required=False, empty_label="无"
    )
    name = forms.CharField(label="名称", max_length=80)
    code = forms.CharField(label="编码", max_length=40)
    city = forms.CharField(label="城市", max_length=40, required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_units_for(actor)

    def save_or_explain(self) -> bool:
        try:
            create_unit(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class UnitImportForm(BootstrapForm):
    file = forms.FileField(label="组织表（CSV）")


class StaffForm(BootstrapForm):
    name = forms.CharField(label="姓名", max_length=60)
    username = forms.CharField(label="登录名", max_length=60)
    role = forms.ChoiceField(label="角色", choices=ROLE_CHOICES)
    unit = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="所属组织", required=False, empty_label="整个商家"
    )
    wecom_userid = forms.CharField(label="企业微信账号", max_length=64, required=False)

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_units_for(actor)
        self.password = random_text(60)

    def save_or_explain(self) -> bool:
        data = dict(self.cleaned_data)
        data["wecom_userid"] = data["wecom_userid"] or None
        try:
            create_staff(**data, password=self.password)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class ApiKeyForm(BootstrapForm):
    name = forms.CharField(label="用途", max_length=60)
    role = forms.ChoiceField(label="权限同角色", choices=ROLE_CHOICES)
