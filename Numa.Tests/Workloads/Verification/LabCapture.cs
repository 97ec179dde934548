using Numa.Tests.Core.Zones;

namespace Numa.Tests.Workloads.Verification;

/// <summary>A capture of Numa.Tests/Truth as a folder, for as long as a test needs it.</summary>
internal sealed class LabCapture : IDisposable
{
    /// <param name="changeLog">What to do to the log before it is written.</param>
    public LabCapture(string name, Func<string, string>? changeLog = null)
    {
        Folder = Directory.CreateTempSubdirectory("numa-lab-").FullName;
        foreach (var (file, text) in new TuningCapture(Path.Combine(TuningCapture.Root(), name)).Files)
        {
            File.WriteAllText(Path.Combine(Folder, file),
                file == "dmesg.txt" && changeLog is not null ? changeLog(text) : text);
        }
    }

    public string Folder { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
