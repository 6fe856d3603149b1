/* The network half of the test guest: links, an address and an nftables table, each asked for by netlink. */
#define _GNU_SOURCE
#include "check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A netlink message that grows by attributes. */
struct message {
    struct nlmsghdr header;
    char body[1000];
};

static void begin(struct message *m, int type, int flags, const void *fixed, size_t size)
{
    memset(m, 0, sizeof *m);
    m->header.nlmsg_type = (__u16)type;
    m->header.nlmsg_flags = (__u16)(NLM_F_REQUEST | flags);
    m->header.nlmsg_len = (__u32)NLMSG_LENGTH(size);
    memcpy(NLMSG_DATA(&m->header), fixed, size);
}

static struct nlattr *attribute(struct message *m, int type, const void *data, size_t size)
{
    struct nlattr *a = (struct nlattr *)(void *)((char *)m + NLMSG_ALIGN(m->header.nlmsg_len));
    a->nla_type = (__u16)type;
    a->nla_len = (__u16)(NLA_HDRLEN + size);
    if (size)
        memcpy((char *)a + NLA_HDRLEN, data, size);
    m->header.nlmsg_len = NLMSG_ALIGN(m->header.nlmsg_len) + NLA_ALIGN(a->nla_len);
    return a;
}

static struct nlattr *nest(struct message *m, int type)
{
    return attribute(m, type | NLA_F_NESTED, NULL, 0);
}

static void end(struct message *m, struct nlattr *outer)
{
    outer->nla_len = (__u16)((char *)m + m->header.nlmsg_len - (char *)outer);
}

/* Sends what is given and reads one answer; 1 if the kernel did it, else 0 with errno set. */
static int ask(int family, const void *data, size_t size)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    char answer[4096];
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
    if (s < 0)
        return 0;
    ssize_t n = -1;
    if (sendto(s, data, size, 0, (struct sockaddr *)&kernel, sizeof kernel) == (ssize_t)size)
        n = recv(s, answer, sizeof answer, 0);
    int failure = n < 0 ? errno : EPROTO;
    const struct nlmsghdr *header = (const struct nlmsghdr *)(void *)answer;
    if (n >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) && header->nlmsg_type == NLMSG_ERROR)
        failure = -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
    close(s);
    errno = failure;
    return failure == 0;
}

/* Adds a device of this kind; over is the device beneath, where the kind wants one. */
static int add_link(const char *kind, const char *name, const char *over)
{
    struct message m;
    struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
    begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &info, sizeof info);
    attribute(&m, IFLA_IFNAME, name, strlen(name) + 1);
    if (over) {
        unsigned index = if_nametoindex(over);
        attribute(&m, IFLA_LINK, &index, sizeof index);
    }
    struct nlattr *link = nest(&m, IFLA_LINKINFO);
    attribute(&m, IFLA_INFO_KIND, kind, strlen(kind));
    struct nlattr *data = nest(&m, IFLA_INFO_DATA);
    if (!strcmp(kind, "veth")) {
        struct nlattr *peer = nest(&m, VETH_INFO_PEER);
        m.header.nlmsg_len += (__u32)sizeof info;   /* the peer's ifinfomsg, all zero */
        attribute(&m, IFLA_IFNAME, "veth1", 6);
        end(&m, peer);
    } else if (!strcmp(kind, "vxlan")) {
        attribute(&m, IFLA_VXLAN_ID, &(__u32){42}, 4);
        attribute(&m, IFLA_VXLAN_PORT, &(__u16){htons(4789)}, 2);
    } else if (!strcmp(kind, "vlan")) {
        attribute(&m, IFLA_VLAN_ID, &(__u16){7}, 2);
    }
    end(&m, data);
    end(&m, link);
    return ask(NETLINK_ROUTE, &m, m.header.nlmsg_len);
}

static int add_address(const char *device, int family, const char *text, int prefix)
{
    struct message m;
    unsigned char address[16];
    size_t size = family == AF_INET6 ? 16 : 4;
    struct ifaddrmsg info = {.ifa_family = (unsigned char)family, .ifa_prefixlen = (unsigned char)prefix, .ifa_index = if_nametoindex(device)};
    begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, &info, sizeof info);
    inet_pton(family, text, address);
    attribute(&m, IFA_LOCAL, address, size);
    attribute(&m, IFA_ADDRESS, address, size);
    return ask(NETLINK_ROUTE, &m, m.header.nlmsg_len);
}

static int set_master(const char *device, const char *bridge)
{
    struct message m;
    struct ifinfomsg info = {.ifi_family = AF_UNSPEC, .ifi_index = (int)if_nametoindex(device), .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    unsigned index = if_nametoindex(bridge);
    begin(&m, RTM_NEWLINK, NLM_F_ACK, &info, sizeof info);
    attribute(&m, IFLA_MASTER, &index, sizeof index);
    return ask(NETLINK_ROUTE, &m, m.header.nlmsg_len);
}

/* Appends a message to a batch of nfnetlink. */
static void append(char *batch, size_t *length, const struct message *m)
{
    memcpy(batch + *length, m, m->header.nlmsg_len);
    *length += NLMSG_ALIGN(m->header.nlmsg_len);
}

/* A table with a nat chain on postrouting and a rule that masquerades, in one transaction. */
static int add_masquerade(int family)
{
    char batch[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
    size_t length = 0;
    struct message m;
    struct nfgenmsg control = {.nfgen_family = AF_UNSPEC, .res_id = htons(NFNL_SUBSYS_NFTABLES)};
    struct nfgenmsg general = {.nfgen_family = (__u8)family};
    int nft = NFNL_SUBSYS_NFTABLES << 8;

    begin(&m, NFNL_MSG_BATCH_BEGIN, 0, &control, sizeof control);
    append(batch, &length, &m);
    begin(&m, nft | NFT_MSG_NEWTABLE, NLM_F_CREATE, &general, sizeof general);
    attribute(&m, NFTA_TABLE_NAME, "test", 5);
    append(batch, &length, &m);
    begin(&m, nft | NFT_MSG_NEWCHAIN, NLM_F_CREATE, &general, sizeof general);
    attribute(&m, NFTA_CHAIN_TABLE, "test", 5);
    attribute(&m, NFTA_CHAIN_NAME, "post", 5);
    attribute(&m, NFTA_CHAIN_TYPE, "nat", 4);
    struct nlattr *hook = nest(&m, NFTA_CHAIN_HOOK);
    attribute(&m, NFTA_HOOK_HOOKNUM, &(__u32){htonl(4)}, 4);   /* postrouting */
    attribute(&m, NFTA_HOOK_PRIORITY, &(__u32){htonl(100)}, 4);
    end(&m, hook);
    append(batch, &length, &m);
    begin(&m, nft | NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, &general, sizeof general);
    attribute(&m, NFTA_RULE_TABLE, "test", 5);
    attribute(&m, NFTA_RULE_CHAIN, "post", 5);
    struct nlattr *list = nest(&m, NFTA_RULE_EXPRESSIONS), *element = nest(&m, NFTA_LIST_ELEM);
    attribute(&m, NFTA_EXPR_NAME, "masq", 5);
    end(&m, element);
    end(&m, list);
    append(batch, &length, &m);
    begin(&m, NFNL_MSG_BATCH_END, 0, &control, sizeof control);
    append(batch, &length, &m);
    return ask(NETLINK_NETFILTER, batch, length);
}

void check_network(void)
{
    check("link dummy", add_link("dummy", "dummy0", NULL));
    check("link bridge", add_link("bridge", "br0", NULL));
    check("link veth", add_link("veth", "veth0", NULL));
    check("veth into bridge", set_master("veth0", "br0"));
    check("link vlan", add_link("vlan", "vlan0", "dummy0"));
    check("link macvlan", add_link("macvlan", "macvlan0", "veth1"));
    check("link ipvlan", add_link("ipvlan", "ipvlan0", "dummy0"));
    check("link vxlan", add_link("vxlan", "vxlan0", NULL));
    check("link wireguard", add_link("wireguard", "wg0", NULL));
    check("IPv4 address", add_address("br0", AF_INET, "10.1.2.3", 24));
    check("IPv6 address", add_address("br0", AF_INET6, "fd00::1", 64));
    check("nftables masquerade for IPv4", add_masquerade(AF_INET));
    check("nftables masquerade for IPv6", add_masquerade(AF_INET6));
    check("nftables masquerade for inet", add_masquerade(1 /* NFPROTO_INET */));
}
