"""Three fields make a merchant."""

from django import forms

from pages.dashboard.forms import BootstrapForm


class TenantForm(BootstrapForm):
    name = forms.CharField(label="商家名称", max_length=80)
    slug = forms.CharField(label="商家标识", max_length=30, help_text="用在网址里，小写字母开头")
    admin_username = forms.CharField(label="管理员登录名", max_length=60, initial="admin")
