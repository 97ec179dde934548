using Numa.Core.Text;

namespace Numa.Tests.Core.Text;

public class KernelLogLineTests
{
    [Theory]
    [InlineData("[    0.000000] BIOS-e820: x", 16, "BIOS-e820: x")]
    [InlineData("[    0.000000]   NODE_DATA [mem 0x1]", 16, "  NODE_DATA [mem 0x1]")]
    [InlineData("[    0.000000][    T0] text", 24, "text")]
    [InlineData("<6>[    0.000000] text", 19, "text")]
    [InlineData("[Sun Nov 22 23:04:45 2026] text", 28, "text")]
    [InlineData("Nov 22 23:04:45 host kernel: text", 30, "text")]
    [InlineData("2026-11-22T23:04:45+0000 host kernel: [    1.5] text", 49, "text")]
    [InlineData("kern  :info  : [    0.000000] text", 31, "text")]
    [InlineData("syslog:debug : [    1.500000] text", 31, "text")]
    [InlineData("[    0.000000] host kernel: text", 29, "text")]
    [InlineData("2026-11-22T23:04:45,123456+00:00 text", 34, "text")]
    [InlineData("[Nov22 23:04] text", 15, "text")]
    [InlineData("[  +0.000003] text", 15, "text")]
    [InlineData("smp: Brought up [x]", 1, "smp: Brought up [x]")]
    [InlineData("[mem 0xc0000000-0xfed1bfff] available for PCI devices", 1,
        "[mem 0xc0000000-0xfed1bfff] available for PCI devices")]
    [InlineData("  node   0: [mem 0x1000-0x9efff]", 1, "  node   0: [mem 0x1000-0x9efff]")]
    [InlineData("", 1, "")]
    [InlineData("[    0.1]", 10, "")]
    public void Stamps_come_off_and_the_column_stays_true(string raw, int column, string text) =>
        Assert.Equal(new(7, column, text), KernelLogLine.From(7, raw));
}
