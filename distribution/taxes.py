"""What is withheld of a withdrawal: by profile, from the month's sum, exact to the fen.

Labour income (劳务报酬) is prepaid by payer and month: up to 800 yuan nothing, up to 4,000
twenty percent of what exceeds 800, above that 80 % of it at 20, 30 or 40 percent
(个人所得税扣缴申报管理办法（试行）, 2018, art. 8 and its annex).
"""

from collections.abc import Callable

from distribution.rules import TaxProfile

_FREE_FEN, _FLAT_UP_TO_FEN = 80_000, 400_000
_BANDS = ((2_000_000, 20, 0), (5_000_000, 30, 200_000), (None, 40, 700_000))
"""(taxable up to, percent, quick deduction) in fen."""


def labour_tax(month_fen: int) -> int:
    """The prepaid tax on a month's labour income, in whole fen, half up."""
    if month_fen <= _FREE_FEN:
        return 0
    if month_fen <= _FLAT_UP_TO_FEN:
        return _percent(month_fen - _FREE_FEN, 20)
    taxable = _percent(month_fen, 80)
    for limit, percent, deduction in _BANDS:
        if limit is None or taxable <= limit:
            return _percent(taxable, percent) - deduction
    raise AssertionError("the last band has no limit")


def no_tax(month_fen: int) -> int:
    """Wages: payroll withholds, not we."""
    return 0


_TAXES: dict[TaxProfile, Callable[[int], int]] = {
    TaxProfile.EMPLOYEE: no_tax,
    TaxProfile.LABOUR: labour_tax,
}


def tax_on(profile: TaxProfile, gross_fen: int, *, drawn_fen: int, withheld_fen: int) -> int:
    """What to withhold of `gross_fen` after the month's `drawn_fen` and `withheld_fen`."""
    due = _TAXES[profile](drawn_fen + gross_fen) - withheld_fen
    return min(max(0, due), gross_fen - 1)


def _percent(fen: int, percent: int) -> int:
    return (fen * percent + 50) // 100
