"""What a new brand of each trade begins with: tags, benefit ideas, how often it is bought.

A beginning to be edited, not advice: words of the trade, no figures promised.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BenefitIdea:
    """A promise for the card in the parcel; `threshold_yuan` is the order that carries it."""

    name: str
    threshold_yuan: int
    why: str


@dataclass(frozen=True)
class Industry:
    """`tags` is group → names."""

    code: str
    name: str
    tags: dict[str, tuple[str, ...]]
    benefits: tuple[BenefitIdea, ...]


_COMMON = {
    "生命周期": ("新客", "首单", "复购", "沉睡"),
    "服务偏好": ("只要服务", "少打扰", "欢迎推荐"),
}

INDUSTRIES = (
    Industry(
        "snacks",
        "食品零食",
        {
            **_COMMON,
            "口味": ("甜", "咸", "辣", "无糖"),
            "场景": ("办公室", "追剧", "送礼", "给孩子"),
        },
        (
            BenefitIdea("一分钱尝新装", 29, "吃过才会再买，随下一单寄出"),
            BenefitIdea("口味盲盒一份", 39, "回购时顺带试新口味"),
        ),
    ),
    Industry(
        "apparel",
        "服饰鞋包",
        {**_COMMON, "尺码": ("S", "M", "L", "XL"), "风格": ("通勤", "休闲", "运动", "正式")},
        (
            BenefitIdea("免费搭配一次", 0, "导购按身形给两套搭配"),
            BenefitIdea("一分钱换洗袜两双", 99, "与上次买的尺码一起寄"),
        ),
    ),
    Industry(
        "beauty",
        "美妆个护",
        {
            **_COMMON,
            "肤质": ("干性", "油性", "混合", "敏感"),
            "关注": ("补水", "修护", "防晒", "彩妆"),
        },
        (
            BenefitIdea("一分钱旅行装", 69, "用完正好到回购时间"),
            BenefitIdea("肤质测评一次", 0, "先帮忙，再推荐"),
        ),
    ),
    Industry(
        "baby",
        "母婴",
        {
            **_COMMON,
            "阶段": ("孕期", "0–6 个月", "6–12 个月", "1–3 岁"),
            "关注": ("喂养", "睡眠", "出行"),
        },
        (
            BenefitIdea("一分钱体验装", 99, "随下一单寄出"),
            BenefitIdea("育儿顾问答疑一次", 0, "买家最想要的是有人可问"),
        ),
    ),
    Industry(
        "home",
        "家居日用",
        {
            **_COMMON,
            "房间": ("卧室", "客厅", "厨房", "卫浴"),
            "周期": ("一次购", "按月换", "按季换"),
        },
        (
            BenefitIdea("一分钱替换芯", 59, "到期前随单寄到"),
            BenefitIdea("延长质保一年", 0, "登记即得，不用再下单"),
        ),
    ),
)


def find_industry(code: str) -> Industry | None:
    return next((industry for industry in INDUSTRIES if industry.code == code), None)
