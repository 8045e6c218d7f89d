"""Why a whole file is refused. A single bad row is a `RowProblem` instead."""

from core.errors import Refusal


class ImportRefused(Refusal):
    """Nothing of the file was read; `text` tells a person what to do about it."""

    code = "import_refused"
    message = "无法读取这个文件"
    status = 422


class FileMissing(ImportRefused):
    code = "file_missing"
    message = "找不到这个文件"


class EmptyFile(ImportRefused):
    code = "empty_file"
    message = "文件是空的，没有可以导入的数据行"


class UnsupportedFile(ImportRefused):
    code = "unsupported_file"
    message = "只支持 csv、xlsx 和 parquet 文件，请另存后再导入"


class BrokenFile(ImportRefused):
    code = "broken_file"
    message = "文件已损坏，打不开"


class FileTooLarge(ImportRefused):
    code = "file_too_large"
    message = "文件解压后过大，请分成几个文件，或另存为 CSV 再导入"


class WrongEncoding(ImportRefused):
    code = "wrong_encoding"
    message = "无法识别文件编码，请另存为 UTF-8 或 GBK 编码的 CSV"


class BrokenQuotes(ImportRefused):
    code = "broken_quotes"
    message = "引号没有成对，无法分清各列"


class TooManyColumns(ImportRefused):
    code = "too_many_columns"
    message = "列数过多，请只保留需要的列"


class FormulaCell(ImportRefused):
    code = "formula_cell"
    message = "表格里有公式，请粘贴为数值后再导入"


class MissingColumn(ImportRefused):
    code = "missing_column"
    message = "缺少必需的列"


class DuplicateColumn(ImportRefused):
    code = "duplicate_column"
    message = "表头中有重名的列，无法分清用哪一列"


class MappingNeeded(ImportRefused):
    code = "mapping_needed"
    message = "通用格式需要先指定各字段对应的列"


class BadMapping(ImportRefused):
    code = "bad_mapping"
    message = "字段对应关系有误"


class UnknownPlatform(ImportRefused):
    code = "unknown_platform"
    message = "不支持这个平台"
