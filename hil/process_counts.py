"""What a process holds: what a leak makes more of."""

from dataclasses import dataclass

from ssh import Ssh


@dataclass(frozen=True, slots=True)
class Counts:
    threads: int
    fds: int
    mappings: int
    rss_kib: int

    def __str__(self) -> str:
        return (
            f"{self.threads} threads, {self.fds} fds, {self.mappings} mappings, "
            f"{self.rss_kib / 1024:.1f} MiB"
        )


def counts_of(ssh: Ssh, pid: int) -> Counts:
    status = f"sed -n 's/^\\(Threads\\|VmRSS\\):\\s*\\([0-9]*\\).*/\\2/p' /proc/{pid}/status"
    printed = ssh.run(f"{status}; ls /proc/{pid}/fd | wc -l; wc -l < /proc/{pid}/maps")
    rss_kib, threads, fds, mappings = map(int, printed.split())
    return Counts(threads, fds, mappings, rss_kib)
