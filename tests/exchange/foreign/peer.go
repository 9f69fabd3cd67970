// peer is the other side of the tests: a ledger's tree, proofs, notes and tiles as Go's golang.org/x/mod/sumdb
// {note,tlog} understands them, the code that checks Go's own module database and that nobody of this project wrote.
//
//	peer verify FILE.json   verify proofs and notes that Comity made; one answer for each, in order
//	peer make SIZE…         make a tree, proofs and signed notes that Comity must verify
//	peer audit BASE …       read a published ledger (a folder, or https:// with a token) and verify all of it
//
// What is ours here is the way in and out, and cosignature/v1 (C2SP tlog-cosignature), which that package does not know.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	var answer interface{}
	var err error
	switch verb := os.Args[1]; verb {
	case "verify":
		answer, err = verify(os.Args[2])
	case "make":
		answer, err = makeTree(os.Args[2:])
	case "audit":
		answer, err = audit(os.Args[2:])
	default:
		err = fmt.Errorf("no such verb: %s", verb)
	}
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Hashes cross as hexadecimal digits, as in docs/spec/vectors.
type hash tlog.Hash

func (h hash) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h[:])), nil }
func (h *hash) UnmarshalText(text []byte) error {
	data, err := hex.DecodeString(string(text))
	if err != nil || len(data) != len(h) {
		return fmt.Errorf("not a hash: %q", text)
	}
	copy(h[:], data)
	return nil
}

func plain(hashes []hash) []tlog.Hash {
	given := make([]tlog.Hash, len(hashes))
	for i, h := range hashes {
		given[i] = tlog.Hash(h)
	}
	return given
}

func told(hashes []tlog.Hash) []hash {
	given := make([]hash, len(hashes))
	for i, h := range hashes {
		given[i] = hash(h)
	}
	return given
}

type inclusion struct {
	Leaf     hash   `json:"leaf"`
	Position int64  `json:"position"`
	Size     int64  `json:"size"`
	Root     hash   `json:"root"`
	Proof    []hash `json:"proof"`
}

type consistency struct {
	Old     int64  `json:"old"`
	OldRoot hash   `json:"old_root"`
	New     int64  `json:"new"`
	NewRoot hash   `json:"new_root"`
	Proof   []hash `json:"proof"`
}

// A note with the keys it is to be opened with: verifier keys in the form of C2SP signed-note.
type signed struct {
	Note string   `json:"note"`
	Keys []string `json:"keys"`
}

type questions struct {
	Inclusion   []inclusion   `json:"inclusion"`
	Consistency []consistency `json:"consistency"`
	Notes       []signed      `json:"notes"`
	Leaves      []string      `json:"leaves"` // leaf data, base64
}

type answers struct {
	Inclusion   []bool `json:"inclusion"`
	Consistency []bool `json:"consistency"`
	Notes       []int  `json:"notes"` // good signatures; -1 where the note is refused
	Leaves      []hash `json:"leaves"`
	Root        hash   `json:"root"` // of all those leaves
}

func verify(file string) (interface{}, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var asked questions
	if err := json.Unmarshal(data, &asked); err != nil {
		return nil, err
	}
	var found answers
	for _, p := range asked.Inclusion {
		err := tlog.CheckRecord(plain(p.Proof), p.Size, tlog.Hash(p.Root), p.Position, tlog.Hash(p.Leaf))
		found.Inclusion = append(found.Inclusion, err == nil)
	}
	for _, p := range asked.Consistency {
		err := tlog.CheckTree(plain(p.Proof), p.New, tlog.Hash(p.NewRoot), p.Old, tlog.Hash(p.OldRoot))
		found.Consistency = append(found.Consistency, err == nil)
	}
	for _, n := range asked.Notes {
		verifiers, err := verifiersOf(n.Keys)
		if err != nil {
			return nil, err
		}
		count := -1
		if opened, err := note.Open([]byte(n.Note), note.VerifierList(verifiers...)); err == nil {
			count = len(opened.Sigs)
		}
		found.Notes = append(found.Notes, count)
	}
	var tree memory
	for _, text := range asked.Leaves {
		leaf, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		found.Leaves = append(found.Leaves, hash(tlog.RecordHash(leaf)))
		tree.add(leaf)
	}
	root, err := tlog.TreeHash(int64(len(asked.Leaves)), &tree)
	found.Root = hash(root)
	return found, err
}

// memory is a tree as tlog stores it.
type memory struct {
	hashes []tlog.Hash
	leaves []tlog.Hash
}

func (m *memory) add(data []byte) {
	stored, err := tlog.StoredHashes(int64(len(m.leaves)), data, m)
	if err != nil {
		panic(err) // it only reads what was stored before
	}
	m.hashes = append(m.hashes, stored...)
	m.leaves = append(m.leaves, tlog.RecordHash(data))
}

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = m.hashes[index]
	}
	return found, nil
}

type made struct {
	Leaves      []hash         `json:"leaves"`
	Roots       map[int64]hash `json:"roots"`
	Inclusion   []inclusion    `json:"inclusion"`
	Consistency []consistency  `json:"consistency"`
	Notes       []signed       `json:"notes"`
	PublicHex   string         `json:"public_hex"`
}

const origin = "peer.example/ledger/comity.example"

// makeTree makes a tree of the largest size, and for each pair of the sizes a proof.
func makeTree(texts []string) (interface{}, error) {
	var sizes []int64
	largest := int64(0)
	for _, text := range texts {
		size, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, size)
		if size > largest {
			largest = size
		}
	}
	var tree memory
	for i := int64(0); i < largest; i++ {
		tree.add([]byte(fmt.Sprintf("a record of the peer, number %d\n", i)))
	}
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := private.Public().(ed25519.PublicKey)
	skey := fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", origin, keyHash(origin, 1, public),
		base64.StdEncoding.EncodeToString(append([]byte{1}, private.Seed()...)))
	signer, err := note.NewSigner(skey)
	if err != nil {
		return nil, err
	}
	all := made{Leaves: told(tree.leaves), Roots: map[int64]hash{}, PublicHex: hex.EncodeToString(public)}
	for _, size := range sizes {
		root, err := tlog.TreeHash(size, &tree)
		if err != nil {
			return nil, err
		}
		all.Roots[size] = hash(root)
		text := fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
		data, err := note.Sign(&note.Note{Text: text}, signer)
		if err != nil {
			return nil, err
		}
		all.Notes = append(all.Notes, signed{Note: string(data)})
		for _, position := range spread(size, 8) {
			proof, err := tlog.ProveRecord(size, position, &tree)
			if err != nil {
				return nil, err
			}
			all.Inclusion = append(all.Inclusion, inclusion{hash(tree.leaves[position]), position, size, hash(root), told(proof)})
		}
		for _, old := range sizes {
			if old == 0 || old > size {
				continue
			}
			proof, err := tlog.ProveTree(size, old, &tree)
			if err != nil {
				return nil, err
			}
			all.Consistency = append(all.Consistency, consistency{old, all.Roots[old], size, hash(root), told(proof)})
		}
	}
	return all, nil
}

// spread gives the first, the last and some positions between.
func spread(size, count int64) []int64 {
	var found []int64
	for i := int64(0); i < count && i < size; i++ {
		if count > size {
			found = append(found, i)
		} else {
			found = append(found, i*(size-1)/(count-1))
		}
	}
	return found
}

func keyHash(name string, kind byte, public []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"+string([]byte{kind})), public...))
	return binary.BigEndian.Uint32(sum[:4])
}

// cosigner verifies cosignature/v1: 8 octets of time, then Ed25519 over two lines and the note's text.
type cosigner struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(c.public, []byte(message), sig[8:])
}

func verifiersOf(keys []string) ([]note.Verifier, error) {
	var found []note.Verifier
	for _, key := range keys {
		verifier, err := verifierOf(key)
		if err != nil {
			return nil, fmt.Errorf("%s: %v", key, err)
		}
		found = append(found, verifier)
	}
	return found, nil
}

func verifierOf(key string) (note.Verifier, error) {
	parts := strings.SplitN(key, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("is no verifier key")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != 4 {
		return note.NewVerifier(key)
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil || uint32(id) != keyHash(parts[0], 4, data[1:]) {
		return nil, fmt.Errorf("its key id is not that of its key")
	}
	return cosigner{parts[0], uint32(id), ed25519.PublicKey(data[1:])}, nil
}

// source reads a published ledger, and counts what it read.
type source struct {
	base, token string
	client      *http.Client
	kept        map[string][]byte
	Files       int `json:"files"`
	Octets      int `json:"octets"`
}

func (s *source) get(path string) ([]byte, error) {
	if data, ok := s.kept[path]; ok {
		return data, nil
	}
	data, err := s.read(path)
	s.Files++
	s.Octets += len(data)
	s.kept[path] = data
	return data, err
}

func (s *source) read(path string) ([]byte, error) {
	if !strings.HasPrefix(s.base, "https://") {
		return os.ReadFile(s.base + "/" + path)
	}
	request, err := http.NewRequest("GET", s.base+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: HTTP %d: %s", path, response.StatusCode, data)
	}
	return data, err
}

// c2sp is a tile's path as C2SP has it: without the height.
func c2sp(tile tlog.Tile) string { return strings.Replace(tile.Path(), "tile/8/", "tile/", 1) }

func (s *source) Height() int                     { return 8 }
func (s *source) SaveTiles([]tlog.Tile, [][]byte) {}
func (s *source) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := s.get(c2sp(tile))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s has %d octets, not %d", c2sp(tile), len(data), tile.W*tlog.HashSize)
		}
		found[i] = data
	}
	return found, nil
}

type audited struct {
	*source
	Size        int64 `json:"size"`
	Root        hash  `json:"root"`
	Signatures  int   `json:"signatures"`
	Entries     int64 `json:"entries"`
	Inclusion   int   `json:"inclusion"`
	Consistency int   `json:"consistency"`
}

// audit verifies the checkpoint under every key given, every tile against it, that every entry hashes to its leaf, and
// proofs of inclusion and consistency made of the tiles.
func audit(arguments []string) (interface{}, error) {
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	keys := flags.String("keys", "", "verifier keys, between spaces; each must have signed")
	authority := flags.String("ca", "", "a file: the certificate authority that is believed")
	token := flags.String("token", "", "a bearer token")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	from := &source{base: flags.Arg(0), token: *token, kept: map[string][]byte{}}
	if *authority != "" {
		pem, err := os.ReadFile(*authority)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		from.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	}
	verifiers, err := verifiersOf(strings.Fields(*keys))
	if err != nil {
		return nil, err
	}
	raw, err := from.get("checkpoint")
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(raw, note.VerifierList(verifiers...))
	if err != nil {
		return nil, err
	}
	if len(opened.Sigs) != len(verifiers) {
		return nil, fmt.Errorf("%d of %d keys signed", len(opened.Sigs), len(verifiers))
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return nil, err
	}
	tree := tlog.Tree{N: size, Hash: root}
	found := audited{source: from, Size: size, Root: hash(root), Signatures: len(opened.Sigs)}
	return &found, found.read(tree)
}

func (a *audited) read(tree tlog.Tree) error {
	reader := tlog.TileHashReader(tree, a.source) // checks every tile against the signed root
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		path := c2sp(tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)})
		bundle, err := a.get(strings.Replace(path, "tile/0/", "tile/entries/", 1))
		if err != nil {
			return err
		}
		var leaves []tlog.Hash
		var indexes []int64
		for position := first; position < first+width; position++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("entry %d is cut short", position)
			}
			length := 2 + int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, tlog.RecordHash(bundle[2:length]))
			indexes = append(indexes, tlog.StoredHashIndex(0, position))
			bundle = bundle[length:]
		}
		if len(bundle) != 0 {
			return fmt.Errorf("the bundle of entry %d holds more than it should", first)
		}
		stored, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		for i := range stored {
			if stored[i] != leaves[i] {
				return fmt.Errorf("entry %d does not hash to its leaf", first+int64(i))
			}
			a.Entries++
		}
	}
	for _, position := range spread(tree.N, 64) {
		leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, position)})
		if err != nil {
			return err
		}
		proof, err := tlog.ProveRecord(tree.N, position, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, position, leaf[0]); err != nil {
			return err
		}
		a.Inclusion++
	}
	for _, last := range spread(tree.N, 64) {
		old, err := tlog.TreeHash(last+1, reader)
		if err != nil {
			return err
		}
		proof, err := tlog.ProveTree(tree.N, last+1, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, last+1, old); err != nil {
			return err
		}
		a.Consistency++
	}
	return nil
}
