#include "shutdown.h"

#include "clock.h"
#include "link.h"
#include "mounts.h"
#include "outbox.h"
#include "outcome.h"
#include "process.h"
#include "sys.h"

/* How int the kernel may take to end processes that were killed, and the host to acknowledge the last frames. */
enum { KILL_MS = 5000, DRAIN_MS = 500 };

static enum { NO, TERM, KILL, DRAIN } phase;
static uint64_t deadline;
static bool restart;

static void enter(int next, uint64_t ms)
{
	phase = next;
	deadline = now_ms() + ms;
}

int shutdown_asked(const union request *r)
{
	if (r->shutdown.action > SHUTDOWN_RESTART)
		return judged(-EBADMSG, STAGE_MESSAGE, "");
	restart = r->shutdown.action;
	if (phase > TERM)
		return 0;
	if (phase == NO)
		sys_kill(-1, SIGTERM);
	enter(TERM, r->shutdown.grace);
	return 0;
}

/* A machine that cannot be powered off is restarted: its VMM is told to end then. */
static _Noreturn void end(void)
{
	mounts_end();
	if (!restart && sys_faccessat(AT_FDCWD, ARCH_POWER_OFF_SIGN) >= 0)
		sys_reboot(LINUX_REBOOT_CMD_POWER_OFF);
	sys_reboot(LINUX_REBOOT_CMD_RESTART);
	sys_exit(1);
}

int shutdown_step(bool alone)
{
	uint64_t now = now_ms();

	if (phase == NO)
		return -1;
	if (phase == TERM && !alone && now >= deadline) {
		sys_kill(-1, SIGKILL);
		enter(KILL, KILL_MS);
	}
	if (phase < DRAIN && (alone || (phase == KILL && now >= deadline)))
		enter(DRAIN, DRAIN_MS);
	if (phase == DRAIN && (now >= deadline || !link_live() || (processes_settled() && outbox_empty())))
		end();
	return (int)(deadline > now ? deadline - now : 0);
}
