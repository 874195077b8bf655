"""The keeper under everything that can happen to it, in checkouts of their own."""

import os
import pwd
import shutil
import signal
import subprocess
import sys

import psycopg
import pytest
import redis

from tests.s3hub.process_tree import copy_embedded, find, kill_all, processes_of, wait_for, wait_until_gone

USER = """
import sys
sys.path.insert(0, "s3hub")
import embedded
embedded.ensure(hasty="hasty" in sys.argv)
print(embedded.RUN, flush=True)
sys.stdin.read()
"""


class Users:
    """Processes that use the servers of one checkout."""

    def __init__(self, checkout, **environ):
        self.checkout, self.environ, self.processes = checkout, {**os.environ, **environ}, []

    def begin(self, count=1, *words):
        """Start `count` users at once; return the folder of the sockets when all have been let in."""
        new = [
            subprocess.Popen(
                [sys.executable, "-c", USER, *words],
                cwd=self.checkout,
                env=self.environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]
        self.processes += new
        folders = {process.stdout.readline().strip() for process in new}
        assert len(folders) == 1
        assert folders != {""}
        return folders.pop()

    def end(self, sign=signal.SIGKILL):
        for process in self.processes:
            process.send_signal(sign)
            process.wait()
        self.processes = []


@pytest.fixture
def users(tmp_path):
    made = []

    def make(name="checkout", **environ):
        made.append(Users(copy_embedded(tmp_path / name), **environ))
        return made[-1]

    yield make
    for each in made:
        each.end()
        kill_all(each.checkout)


def query(run, statement):
    with psycopg.connect(f"postgresql://s3hub@/s3hub?host={run}", autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else None


def answers(run):
    try:
        return query(run, "select 1") == [(1,)] and redis.Redis(unix_socket_path=f"{run}/valkey.sock").ping()
    except (psycopg.OperationalError, redis.RedisError, OSError):
        return False


def kill(checkout, words):
    os.kill(find(checkout, words)[0], signal.SIGKILL)


@pytest.mark.slow
def test_eight_at_once_from_nothing_share_one_keeper_and_leave_nothing_behind(users):
    eight = users()

    run = eight.begin(8)

    # those that came second see the lock and leave
    wait_for(lambda: len(find(eight.checkout, "keeper.py")) == 1, 10, "one keeper")
    assert query(
        run, "select lower('ÅÄÖÉ'), to_tsvector('swedish', 'ÅNGLOKEN') @@ to_tsquery('swedish', 'ånglok')"
    ) == [("åäöé", True)]
    assert os.stat(run).st_mode & 0o777 == 0o700
    eight.end(signal.SIGKILL)
    wait_until_gone(eight.checkout)
    assert not os.path.exists(run)


@pytest.mark.slow
def test_the_servers_outlive_one_user_for_the_next(users):
    two = users()
    two.begin()
    keeper = find(two.checkout, "keeper.py")
    two.end()

    two.begin()

    assert find(two.checkout, "keeper.py") == keeper


@pytest.mark.slow
def test_servers_that_are_killed_come_back_with_what_they_knew(users):
    one = users()
    run = one.begin()
    query(run, "create table kept (word text)")
    query(run, "insert into kept values ('ångbåt')")
    redis.Redis(unix_socket_path=f"{run}/valkey.sock").lpush("queue", "task")

    kill(one.checkout, "postgres -D")
    kill(one.checkout, "valkey-server")

    wait_for(lambda: answers(run), 60, "both servers answer again")
    assert query(run, "select word from kept") == [("ångbåt",)]
    assert redis.Redis(unix_socket_path=f"{run}/valkey.sock").lrange("queue", 0, -1) == [b"task"]
    assert len(find(one.checkout, "keeper.py")) == 1


@pytest.mark.slow
def test_a_killed_keeper_takes_its_servers_along_and_the_next_user_starts_them(users):
    one = users()
    run = one.begin()
    query(run, "create table kept (word text)")

    kill(one.checkout, "keeper.py")

    wait_for(lambda: not find(one.checkout, "postgres -D") + find(one.checkout, "valkey-server"), 30, "servers gone")
    assert one.begin() == run
    assert query(run, "select count(*) from kept") == [(0,)]


@pytest.mark.slow
def test_everything_killed_and_the_pid_given_to_another_program(users):
    one = users()
    run = one.begin()
    query(run, "create table kept (word text)")
    kill_all(one.checkout)
    pid_file = one.checkout / ".data" / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    (one.checkout / ".data" / "postgres.new").mkdir()  # and a cluster was being made

    one.processes.clear()
    run = one.begin()

    assert query(run, "select count(*) from kept") == [(0,)]


@pytest.mark.slow
def test_only_a_server_that_was_started_for_tests_does_not_wait_for_the_disk(users):
    tests, demo = users("tests"), users("demo")

    runs = [tests.begin(1, "hasty"), demo.begin()]

    assert [query(run, "show fsync") for run in runs] == [[("off",)], [("on",)]]
    journals = [redis.Redis(unix_socket_path=f"{run}/valkey.sock").config_get("appendfsync") for run in runs]
    assert [journal["appendfsync"] for journal in journals] == ["no", "everysec"]


@pytest.mark.slow
def test_two_checkouts_are_apart_also_in_a_long_path_with_spaces_and_letters(users):
    plain, odd = users(), users("gård med mellanslag " + "å" * 80)

    runs = [plain.begin(), odd.begin()]

    query(runs[0], "create table only_here (word text)")
    assert query(runs[1], "select to_regclass('only_here')") == [(None,)]


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="root only")
def test_root_without_user_namespaces_runs_postgresql_as_nobody(users, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "ps").symlink_to("/bin/ps")
    alone = users(PATH=str(tools))

    run = alone.begin()

    server = find(alone.checkout, "postgres")
    assert answers(run)
    assert not [command for command in processes_of(alone.checkout).values() if "unshare" in command]
    assert server == []  # its data is not below the checkout, which nobody may not read
    assert os.stat(run).st_uid == pwd.getpwnam("nobody").pw_uid
    alone.end()
    kill_all(alone.checkout)
    shutil.rmtree(f"/var/tmp/{os.path.basename(run)}-nobody")


@pytest.mark.slow
def test_a_folder_of_somebody_else_is_refused(users, tmp_path):
    one = users()
    run = one.begin()
    one.end()
    wait_until_gone(one.checkout)
    os.symlink(tmp_path, run)

    result = subprocess.run(
        [sys.executable, "-c", USER], cwd=one.checkout, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )

    os.unlink(run)
    assert result.returncode == 1
    assert "belongs to somebody else" in result.stderr
