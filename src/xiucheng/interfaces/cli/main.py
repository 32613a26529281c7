"""The command line: which commands there are, and how an error becomes a sentence and an exit code."""

from __future__ import annotations

import sys

import typer
from typer.exceptions import TyperException

from xiucheng.kit.refused import Refused
from xiucheng.kit.unready import Unready

from . import bench_command, doctor, imports, keys, migrate, misuse, provision, sites, tokens, upgrade, users, verify
from .dress import App
from .frame import err, sentence
from .safekeeping import commands as safekeeping
from .words import _

app = App(
    name="xiucheng",
    help=_("绣城：城区精细化管理的工作系统。"),
    epilog=_("不经本程序的命令：./xiucheng setup 准备环境，test 运行全部检查，lock 重新锁定依赖。"),
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("migrate", help=_("更新两个数据库的结构。"))(migrate.migrate)
app.command("provision", help=_("在自己的 PostgreSQL 上建立一个站点，打印它的环境变量；再运行一次即更换口令。"))(
    provision.provision
)
app.command("import", help=_("按映射文件导入一个 CSV 或 XLSX；重复导入不改变任何内容。"))(imports.import_file)
app.command("stats", help=_("一个导入来源的统计。"))(imports.stats)
app.command("verify", help=_("重算业务日志的哈希链，核对位置、日结和缺失；有问题时以 1 退出。"))(verify.verify)
app.command("doctor", help=_("检查环境、数据库、设置和进程；有错误时以 1 退出。"))(doctor.doctor)
app.command("upgrade", help=_("升级数据库结构；旧版本照常工作，中断后再运行即可继续。"))(upgrade.upgrade)
app.command("backup", help=_("备份站点：两个数据库、附件，密钥库另放；站点照常工作。"))(safekeeping.backup)
app.command("restore", help=_("从备份恢复站点，可恢复到某一时刻；恢复后重做删除并核对业务日志。"))(safekeeping.restore)
app.command("bench", help=_("在本机测量速度指标；目标未达到时也以 0 退出。"))(bench_command.bench)
app.add_typer(sites.app, name="site")
app.add_typer(users.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(keys.app, name="keys")


def run(application: typer.Typer) -> None:
    """Runs the command in sys.argv and exits: 0 done, 1 refused or failed, 2 misused, 130 interrupted."""
    try:
        code = application(prog_name="xiucheng", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except TyperException as error:
        sys.exit(misuse.say(error))
    except typer.Abort:
        err.print(_("已中止。"), markup=False)
        sys.exit(1)
    except (Unready, Refused) as error:
        err.print(f"[red]{_('未能完成')}[/red]", end=": ")
        err.print(sentence(error), markup=False, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`).
        sys.stderr.close()
        sys.exit(0)
