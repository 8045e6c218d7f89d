"""Forms of the live rooms."""

from typing import TYPE_CHECKING, Any

from django import forms

from core.errors import Refusal
from livestream.models import Draw, LiveRoom, ShelfItem
from livestream.selectors import list_skus_to_put
from livestream.services import open_draw, open_room, put_item
from mall.models import Sku
from org.models import OrgUnit, Staff
from org.selectors import list_units_for
from pages.dashboard.fields import YuanField
from pages.dashboard.forms import BootstrapForm

if TYPE_CHECKING:
    _Choice = forms.ModelChoiceField[Any]
else:
    _Choice = forms.ModelChoiceField


class SkuChoice(_Choice):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.product.title} {obj.spec} · {obj.price_fen / 100:.2f} 元"


class RoomForm(BootstrapForm):
    title = forms.CharField(label="标题", max_length=60)
    unit = forms.ModelChoiceField(
        OrgUnit._default_manager.none(), label="哪里的直播间", empty_label=None
    )
    purpose = forms.ChoiceField(label="目的", choices=LiveRoom.Purpose.choices)
    planned_at = forms.DateTimeField(
        label="开播时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="不填就是现在",
    )
    host_name = forms.CharField(label="主播姓名", max_length=60, help_text="直播间里公示")
    is_host_checked = forms.BooleanField(
        label="已核验主播身份，且年满 16 周岁", help_text="没有核验不能开播"
    )

    def __init__(self, *args: Any, actor: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_units_for(actor)
        self.fields["is_host_checked"].widget.attrs["class"] = "form-check-input"
        self.room: LiveRoom | None = None

    def save_or_explain(self) -> bool:
        try:
            self.room = open_room(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class ItemForm(BootstrapForm):
    sku = SkuChoice(Sku._default_manager.none(), label="商品", empty_label="选择商品")
    role = forms.ChoiceField(label="角色", choices=ShelfItem.Role.choices, initial="bestseller")

    def __init__(self, *args: Any, room: LiveRoom, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = room
        field = self.fields["sku"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = list_skus_to_put(room)

    def save_or_explain(self) -> bool:
        sku, role = self.cleaned_data["sku"], self.cleaned_data["role"]
        try:
            put_item(room=self.room, sku_id=sku.pk, role=role)
        except Refusal as refused:
            return self.refuse(refused)
        return True


class DrawForm(BootstrapForm):
    kind = forms.ChoiceField(label="种类", choices=Draw.Kind.choices)
    prize = forms.CharField(label="奖品", max_length=60)
    prize_value_fen = YuanField(label="单个价值（元）")
    prizes = forms.IntegerField(label="数量", min_value=1, max_value=1_000, initial=1)
    minutes = forms.IntegerField(label="几分钟后截止", min_value=1, max_value=24 * 60, initial=5)

    def open_in(self, room: LiveRoom) -> Draw:
        """Publish what was typed; call only when the form is valid. Refuses as `open_draw`."""
        return open_draw(room=room, **self.cleaned_data)
