"""Shared links, where they lead, and what came of them."""

from core import clock, ports
from distribution.contracts import SHARE_PATH
from distribution.models import ShareLink, ShareVisit
from distribution.rules import DEFAULT_RULES, FoundRate, parse_rules
from distribution.selectors.promoters import tier_of
from distribution.selectors.rules import find_rule_at, rules_of
from mall.models import Product
from org.contracts import SiteUrls
from org.models import Staff


def find_share_link(token: str) -> ShareLink | None:
    rows = ShareLink.objects.select_related("guide__unit", "product__brand")
    return rows.filter(token=token).first()


def find_link_of(guide: Staff, product: Product) -> ShareLink | None:
    return ShareLink.objects.filter(guide=guide, product=product).first()


def share_url(link: ShareLink) -> str:
    """The absolute address that a guide copies."""
    return ports.get(SiteUrls).customer_url(f"{SHARE_PATH}{link.token}")


def count_visits_of(guide_id: int) -> int:
    """Openings of all of a guide's links."""
    return ShareVisit.objects.filter(link__guide_id=guide_id).count()


def rate_for(guide: Staff, product: Product) -> FoundRate:
    """What a guide would earn on a product by today's rule, before any split."""
    version = find_rule_at(product.brand_id, clock.now())
    rules = rules_of(version) if version else parse_rules(DEFAULT_RULES)
    sku = product.skus.filter(is_for_sale=True).order_by("price_fen", "pk").first()
    code = sku.code if sku else ""
    return rules.rates.find(sku_code=code, category=product.category, tier=tier_of(guide.pk))
