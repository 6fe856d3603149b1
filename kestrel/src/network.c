#include "network.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "memory.h"
#include "outcome.h"
#include "sys.h"

enum { LO = 1, IPV4_SIZE = 4, IPV6_SIZE = 16 };

/* Of linux/if.h, which wants a C library. */
enum { IFNAMSIZ = 16, IFF_UP = 1 };

static int netlink;

/* A request under way; `size` counts what is filled of it. */
static struct {
	struct nlmsghdr header;
	uint8_t rest[512];
} message;

static _Alignas(struct nlmsghdr) uint8_t reply[32 * 1024];

static void begin(uint16_t type, uint16_t flags, const void *fixed, size_t size)
{
	memset(&message, 0, sizeof message);
	message.header.nlmsg_type = type;
	message.header.nlmsg_flags = NLM_F_REQUEST | flags;
	message.header.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size);
	memcpy(message.rest, fixed, size);
}

static void attribute(uint16_t type, const void *value, size_t size)
{
	uint8_t *at = (uint8_t *)&message + NLMSG_ALIGN(message.header.nlmsg_len);
	struct rtattr head = {(uint16_t)RTA_LENGTH(size), type};

	memcpy(at, &head, sizeof head);
	memcpy(at + RTA_LENGTH(0), value, size);
	message.header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(message.header.nlmsg_len) + RTA_LENGTH(size));
}

/* Sends the request and waits for the kernel's verdict. */
static int perform(void)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)reply;
	int size;

	message.header.nlmsg_flags |= NLM_F_ACK;
	size = sys_sendto(netlink, &message, message.header.nlmsg_len);
	if (size >= 0)
		size = sys_read(netlink, reply, sizeof reply);
	if (size < 0)
		return size;
	if (!NLMSG_OK(h, size) || h->nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
}

struct link_state {
	int index;
	bool device, known; /* hardware stands behind it; its address is the one looked for */
	char name[IFNAMSIZ];
};

/* Reads one link of a dump. */
static void read_link(struct nlmsghdr *h, const uint8_t *mac, struct link_state *link)
{
	struct ifinfomsg *info = NLMSG_DATA(h);
	int size = (int)IFLA_PAYLOAD(h);

	*link = (struct link_state){.index = info->ifi_index};
	for (struct rtattr *a = IFLA_RTA(info); RTA_OK(a, size); a = RTA_NEXT(a, size)) {
		if (a->rta_type == IFLA_ADDRESS && RTA_PAYLOAD(a) == 6)
			link->known = memcmp(RTA_DATA(a), mac, 6) == 0;
		if (a->rta_type == IFLA_IFNAME && RTA_PAYLOAD(a) <= IFNAMSIZ)
			memcpy(link->name, RTA_DATA(a), RTA_PAYLOAD(a));
		link->device |= a->rta_type == IFLA_PARENT_DEV_NAME;
	}
}

/* The link with this address; where there is none, the one that has `place` devices before it in the machine. */
static int find_link(const uint8_t *mac, unsigned place, struct link_state *result)
{
	struct ifinfomsg any = {0};
	bool found = false;
	int size;

	begin(RTM_GETLINK, NLM_F_DUMP, &any, sizeof any);
	size = sys_sendto(netlink, &message, message.header.nlmsg_len);
	while (size >= 0 && (size = sys_read(netlink, reply, sizeof reply)) > 0)
		for (struct nlmsghdr *h = (struct nlmsghdr *)(void *)reply; NLMSG_OK(h, size); h = NLMSG_NEXT(h, size)) {
			struct link_state link;

			if (h->nlmsg_type == NLMSG_DONE)
				return found ? 0 : -ENODEV;
			if (h->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(h))->error;
			if (h->nlmsg_type != RTM_NEWLINK)
				continue;
			read_link(h, mac, &link);
			if (link.known || (link.device && !place-- && !found)) {
				*result = link;
				found = true;
			}
		}
	return size < 0 ? size : -EPROTO;
}

static int rename_link(int index, const char *name)
{
	struct ifinfomsg info = {.ifi_index = index};

	begin(RTM_NEWLINK, 0, &info, sizeof info);
	attribute(IFLA_IFNAME, name, length_of(name) + 1);
	return perform();
}

/* Up, with the address `mac` if there is one. */
static int raise_link(int index, uint32_t mtu, const uint8_t *mac)
{
	struct ifinfomsg info = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

	begin(RTM_NEWLINK, 0, &info, sizeof info);
	if (mtu)
		attribute(IFLA_MTU, &mtu, sizeof mtu);
	if (mac)
		attribute(IFLA_ADDRESS, mac, 6);
	return perform();
}

static int add_address(int index, uint8_t family, const uint8_t *address, size_t size, uint8_t prefix)
{
	struct ifaddrmsg info = {.ifa_family = family, .ifa_prefixlen = prefix, .ifa_flags = IFA_F_NODAD, .ifa_index = (unsigned)index};
	uint8_t broadcast[IPV4_SIZE];

	begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &info, sizeof info);
	attribute(IFA_LOCAL, address, size);
	attribute(IFA_ADDRESS, address, size);
	if (family == AF_INET && prefix < 31) {
		for (unsigned i = 0; i < IPV4_SIZE; i++) {
			unsigned kept = prefix > 8 * i ? prefix - 8 * i : 0;

			broadcast[i] = (uint8_t)(address[i] | (kept >= 8 ? 0 : 0xff >> kept));
		}
		attribute(IFA_BROADCAST, broadcast, sizeof broadcast);
	}
	return perform();
}

static int add_addresses(int index, uint8_t family, struct list list, size_t size)
{
	int result = 0;

	for (; list.count && result >= 0; list.count--) {
		const uint8_t *address = take_octets(&list.items, size);

		result = add_address(index, family, address, size, *take_octets(&list.items, 1));
	}
	return result;
}

/* A gateway of zeros means none. One outside the interface's own networks is reached all the same (on link). */
static int add_gateway(int index, uint8_t family, const uint8_t *gateway, size_t size)
{
	static const uint8_t none[IPV6_SIZE];
	struct rtmsg route = {.rtm_family = family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
			      .rtm_scope = RT_SCOPE_UNIVERSE, .rtm_type = RTN_UNICAST, .rtm_flags = RTNH_F_ONLINK};

	if (memcmp(gateway, none, size) == 0)
		return 0;
	begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &route, sizeof route);
	attribute(RTA_GATEWAY, gateway, size);
	attribute(RTA_OIF, &index, sizeof index);
	return perform();
}

/* A name that is to change goes by an interim one, so that two interfaces can swap theirs. */
static int make_way(struct list list)
{
	struct link_state link;
	char interim[] = "interim-a";
	int result = 0;

	for (unsigned place = 0; place < list.count && result >= 0; place++, interim[sizeof interim - 2]++) {
		result = find_link(list.items.at, place, &link);
		take_fields(&list.items, interface_fields, NULL);
		if (result >= 0)
			result = rename_link(link.index, interim);
	}
	return result;
}

static int configure(const struct interface *wanted, unsigned place)
{
	struct link_state link;
	int result = find_link(wanted->mac, place, &link);

	if (result >= 0 && length_of(wanted->name) >= IFNAMSIZ)
		result = -ENAMETOOLONG;
	if (result >= 0 && !same(link.name, wanted->name))
		result = rename_link(link.index, wanted->name);
	if (result >= 0)
		result = raise_link(link.index, wanted->mtu, link.known ? NULL : wanted->mac);
	if (result >= 0)
		result = add_addresses(link.index, AF_INET, wanted->ipv4, IPV4_SIZE);
	if (result >= 0)
		result = add_addresses(link.index, AF_INET6, wanted->ipv6, IPV6_SIZE);
	if (result >= 0)
		result = add_gateway(link.index, AF_INET, wanted->gateway4, IPV4_SIZE);
	if (result >= 0)
		result = add_gateway(link.index, AF_INET6, wanted->gateway6, IPV6_SIZE);
	return result;
}

void network_begin(void)
{
	netlink = sys_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	for (int index = LO; raise_link(index, 0, NULL) >= 0; index++)
		;
}

int network(const struct setup *s)
{
	struct cursor c = s->interfaces.items;
	struct interface wanted;
	int result = netlink;

	if (s->interfaces.count > 1)
		result = make_way(s->interfaces);
	if (result < 0)
		return judged(result, STAGE_NETWORK, "lo");
	for (unsigned i = 0; i < s->interfaces.count; i++) {
		take_fields(&c, interface_fields, &wanted);
		result = configure(&wanted, i);
		if (result < 0)
			return judged(result, STAGE_NETWORK, wanted.name);
	}
	return 0;
}
