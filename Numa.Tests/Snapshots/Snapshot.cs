namespace Numa.Tests.Snapshots;

/// <summary>Compares a text with the one committed beside this file.</summary>
/// <remarks>With NUMA_UPDATE_SNAPSHOTS=1 the committed text is replaced: read the difference first.</remarks>
internal static class Snapshot
{
    public static void Matches(string name, string actual)
    {
        var file = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable("NUMA_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(file, actual);
        Assert.True(File.Exists(file), $"{file} is missing; the text would be:\n{actual}");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), actual.ReplaceLineEndings("\n"));
    }

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Numa.sln"))) folder = folder.Parent;
        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "Numa.Tests", "Snapshots");
    }
}
