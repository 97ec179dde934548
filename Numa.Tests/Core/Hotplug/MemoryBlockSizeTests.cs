using Numa.Core.Hotplug;

namespace Numa.Tests.Core.Hotplug;

public class MemoryBlockSizeTests
{
    [Theory]
    [InlineData(4L, false, 128)]
    [InlineData(64L * 1024 - 128, false, 128)]
    [InlineData(64L * 1024, false, 2048)]
    [InlineData(64L * 1024, true, 2048)]
    [InlineData(65L * 1024, true, 1024)]
    [InlineData(65L * 1024, false, 2048)]
    [InlineData(65L * 1024 + 512, true, 512)]
    [InlineData(65L * 1024 + 128, true, 128)]
    [InlineData(65L * 1024 + 1, true, 128)]
    public void Blocks_grow_from_64_GiB_on(long bootMebibytes, bool isVirtual, long blockMebibytes) =>
        Assert.Equal(blockMebibytes << 8, MemoryBlockSize.For(new(bootMebibytes << 8), isVirtual).Value);
}
