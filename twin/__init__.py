"""A local WeCom, 公众号 and WeChat Pay speaking the real protocols over HTTP."""
