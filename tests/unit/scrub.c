/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking out of a text what tells one host from another. */
#include "recording/scrub.h"

#include "base/alloc.h"
#include "tests/unit/suites.h"

#include <stdlib.h>
#include <string.h>

#define UUID  "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
#define OTHER "a1b2c3d4-e5f6-4789-abcd-ef0123456789"
#define FIRST "00000000-0000-4000-8000-000000000001"

static struct scrub *scrub;

static void begin(void)
{
	scrub = scrub_new();
}

static void end(void)
{
	scrub_free(scrub);
}

/* Scrubbed it is the other text, and that scrubbed once more is the same. */
static void becomes(const char *text, const char *expected)
{
	for (int again = 0; again < 2; again++) {
		size_t length;
		char *got = scrub_text(scrub, again ? expected : text,
				       strlen(again ? expected : text), &length);

		ck_assert_str_eq(got, expected);
		ck_assert_uint_eq(length, strlen(expected));
		free(got);
	}
}

static void stays(const char *text)
{
	becomes(text, text);
}

START_TEST(uuids_in_every_spelling)
{
	becomes("root=UUID=" UUID, "root=UUID=" FIRST);
	becomes("6F9619FF-8B86-D011-B42D-00CF4FC964FF", FIRST);
	becomes("6f9619ff_8b86_d011_b42d_00cf4fc964ff", "00000000_0000_4000_8000_000000000001");
	becomes("a\\x2d6f9619ff\\x2d8b86\\x2dd011\\x2db42d\\x2d00cf4fc964ff",
		"a\\x2d00000000\\x2d0000\\x2d4000\\x2d8000\\x2d000000000001");
	becomes("6f9619ff8b86d011b42d00cf4fc964ff-6.1", "00000000000040008000000000000001-6.1");
	becomes("6f9619ff:8b86d011:b42d00cf:4fc964ff", "00000000:00004000:80000000:00000001");
	becomes("luks-" OTHER "-x", "luks-00000000-0000-4000-8000-000000000002-x");
}
END_TEST

START_TEST(what_is_no_uuid)
{
	stays("LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");
	stays("00000000-0000-0000-0000-000000000000");
	stays("pci:v000010DEd00002504sv00001462sd0000397Dbc03sc00i00");
	stays("0x0000000fc000000 0x000000fcffffff 0x0000000000040200");
	stays("06f9619ff-8b86-d011-b42d-00cf4fc964ff");
	stays("2026-11-22 14:58:20.541+0000: starting up");
	stays("BOOT_IMAGE=/boot/vmlinuz-6.1.0-26-amd64 vfio-pci.ids=10de:2504,10de:228e 0000:01:00.0");
}
END_TEST

START_TEST(mac_addresses)
{
	becomes("52:54:00:9A:bc:de", "02:00:00:00:00:01");
	/* Known now, it is found without separators and in an IPv6 address. */
	becomes("5254009abcde 5254.009a.bcde", "020000000001 0200.0000.0001");
	becomes("fe80::5054:ff:fe9a:bcde", "fe80::0:ff:fe00:0001");
	becomes("BOOTIF=01-52-54-00-9a-bc-de", "BOOTIF=01-02-00-00-00-00-01");
	becomes("3c-ec-ef-12-34-56", "02-00-00-00-00-02");
	becomes("50:02:53:8e:40:a1:b2:c3", "00:00:00:00:00:00:00:01");
	stays("ff:ff:ff:ff:ff:ff 00:00:00:00:00:00");
}
END_TEST

START_TEST(a_mac_is_learnt_before)
{
	scrub_learn(scrub, "hw 52:54:00:9a:bc:de\n", 21);
	becomes("net_5254009ABCDE", "net_020000000001");
	scrub_learn(scrub, "by-id/ata-SSD_860_S4EWNX0R123456Z-part2", 39);
	becomes("# mine is S4EWNX0R123456Z", "# mine is serial-2");
}
END_TEST

START_TEST(volumes_and_file_systems)
{
	becomes("lvmid/0qMuFv-Xs3c-8lGt-9dQe-Yk2P-aB7n-Zr5Wc1",
		"lvmid/lvm000-0000-0000-0000-0000-0000-000001");
	becomes("search --fs-uuid 1A2B-3C4D", "search --fs-uuid 0000-0002");
	becomes("PARTUUID=1234abcd-02", "PARTUUID=00000000-03");
	stays("pc-q35-7.2 1.2-3 a1b2-c3d4");
}
END_TEST

START_TEST(host_names_are_words)
{
	ck_assert(scrub_host_name(scrub, "tower-9.example.org"));
	becomes("Tower-9 tower-9:/srv tower--9--vg-root x=TOWER-9.example.org",
		"host host:/srv host--vg-root x=host");
	stays("tower-95 mytower-9x watchtower");
	becomes("mail.example.org", "mail.example");
	ck_assert(!scrub_host_name(scrub, "debian"));
	stays("menuentry 'Debian GNU/Linux'");
}
END_TEST

START_TEST(machines_keep_their_names)
{
	scrub_keep(scrub, "tower-vm");
	scrub_host_name(scrub, "tower");
	becomes("tower-vm tower tower-vms", "tower-vm host host-vms");
}
END_TEST

START_TEST(serial_numbers)
{
	scrub_serial(scrub, "S4EWNX0R123456Z");
	scrub_serial(scrub, "Default string");
	scrub_serial(scrub, "0123456789");
	scrub_serial(scrub, "0000:01:00.0");
	scrub_serial(scrub, "16384");
	becomes("disk s4ewnx0r123456z", "disk serial-1");
	stays("Default string 0123456789 0000:01:00.0 hugepages=16384");
	becomes("ATTRS{serial}==\"MP1A\", X", "ATTRS{serial}==\"serial-2\", X");
	becomes("/dev/disk/by-id/ata-Samsung_X-part2 ro", "/dev/disk/by-id/serial-3 ro");
	stays("serial --unit=0 --speed=115200");
}
END_TEST

START_TEST(secrets)
{
	becomes("a passwd='open sesame' b", "a passwd='hidden-1' b");
	becomes("\"password\": \"open sesame\"", "\"password\": \"hidden-1\"");
	becomes("rd.luks.key=/k:UUID=1 quiet", "rd.luks.key=hidden-2 quiet");
	becomes("  password_pbkdf2 root grub.pbkdf2.sha512.1.A\nset",
		"  password_pbkdf2 hidden-3\nset");
	becomes("http://u:p@h/x", "http://hidden-4@h/x");
	becomes("/home/alice/.ssh/known_hosts", "/home/user/.ssh/known_hosts");
	stays("iommu.passthrough=1 iommu=pt mode='host-passthrough' Permission denied "
	      "(publickey,password).");
}
END_TEST

START_TEST(keys)
{
	becomes("x\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\ny",
		"x\nkey-1\ny");
	becomes("-----BEGIN X-----\nnever ends", "key-2");
	becomes("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKq2mZrM0qQqm7c2f0Jm1b9V5cQ me",
		"ssh-ed25519 key-3 me");
	becomes("(SHA256:Q0m1dV3u0y4cGqkM2v7m2q4Yd8m7q1b0o6N3Tq5C2uE)", "(SHA256:key-4)");
}
END_TEST

START_TEST(a_key_is_all_of_a_value)
{
	static const char key[] = "-----BEGIN X-----\nabc\n-----END X-----";
	char text[128];

	snprintf(text, sizeof(text), "key='%s' x", key);
	becomes(text, "key='hidden-1' x");
	snprintf(text, sizeof(text), "token: a%s\ny", key);
	becomes(text, "token: hidden-2\ny");
	snprintf(text, sizeof(text), "password root %s\nset", key);
	becomes(text, "password hidden-3\nset");
}
END_TEST

START_TEST(an_id_is_more_than_a_name)
{
	scrub_host_name(scrub, "fe");
	scrub_host_name(scrub, "6f9619ff");
	becomes("fe:54:00:9a:bc:de fe 6f9619ff", "02:00:00:00:00:01 host host");
	becomes(UUID, FIRST);
	scrub_keep(scrub, OTHER);
	stays(OTHER);
}
END_TEST

START_TEST(names_of_values)
{
	scrub_host_name(scrub, "tower");
	becomes("tower_token=abc", "host_token=hidden-1");
	becomes("_token=abc 2fa_secret: x", "_token=hidden-1 2fa_secret: hidden-2");
	becomes("SERIAL_NUMBER=AB12CD", "SERIAL_NUMBER=serial-1");
	becomes("srv\\x2dtower", "srv\\x2dhost");
	becomes("/home/alice:/srv", "/home/user:/srv");
}
END_TEST

START_TEST(stand_ins_stay)
{
	stays("//key-1@host/ key=serial-1 password: key-2");
	stays("hidden-1=x /home/user:x");
	becomes("token=key- token=key-x", "token=hidden-1 token=hidden-2");
}
END_TEST

START_TEST(the_end_of_a_text_is_no_trap)
{
	static const char *const texts[] = { "password",
					     "password=",
					     "passwd='",
					     "user ",
					     "SHA256:",
					     "/home/",
					     "by-id/",
					     "AAAA",
					     "52:54:00:9a:bc:",
					     "//a:b",
					     "6f9619ff-8b86-d011-b42d-00cf4fc964f",
					     "\\x2d",
					     "" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		stays(texts[i]);
}
END_TEST

Suite *scrub_suite(void)
{
	const TTest *const tests[] = {
		uuids_in_every_spelling,
		what_is_no_uuid,
		mac_addresses,
		a_mac_is_learnt_before,
		volumes_and_file_systems,
		host_names_are_words,
		machines_keep_their_names,
		serial_numbers,
		secrets,
		keys,
		a_key_is_all_of_a_value,
		an_id_is_more_than_a_name,
		names_of_values,
		stand_ins_stay,
		the_end_of_a_text_is_no_trap,
		NULL,
	};
	Suite *suite = suite_create("scrub");
	TCase *tcase = tcase_create("scrub");

	tcase_add_checked_fixture(tcase, begin, end);
	for (const TTest *const *test = tests; *test; test++)
		tcase_add_test(tcase, *test);
	suite_add_tcase(suite, tcase);
	return suite;
}
