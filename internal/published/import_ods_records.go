package published

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/tabular"
)

// odsRecords are answers of the Organisation Data Service's interfaces: FHIR R4
// Organization resources, alone or in a Bundle; records of the older interface
// ("Organisation" with Roles and Rels); and lists of organisations with their
// relationships. A JSON file may hold one record or an array. Units are known
// by their roles: RO76 is a GP practice, RO272 a PCN, RO98 a sub-ICB location
// (before July 2022 a CCG), RO261 or RO318 a board, RO209 a region.
var odsRecords = Format{
	Name:      "ods-record",
	Title:     "Organisation Data Service records",
	Publisher: "NHS England, Organisation Data Service",
	Recognise: func(f *tabular.File) bool { return len(odsFound(f)) > 0 },
	Read:      readODSRecords,
}

// kindOfRole names the kind of unit of a role of the register.
var kindOfRole = map[string]string{
	"RO76": "practice", "RO272": "pcn", "RO98": "sub-icb", "RO319": "sub-icb", "RO261": "icb", "RO318": "icb", "RO209": "region",
}

// odsRecord is what one record says, whatever its shape.
type odsRecord struct {
	code, name, postcode string
	kinds                []string // by its roles
	active, stated       bool     // stated: the record says whether it is active
	opened, closed       string
	changed              string
	members              []odsMembership
}

type odsMembership struct {
	unit, group, groupKind, from, to string
	ended                            bool // the record says that it is over
}

// odsFound reads every record of a JSON file that is one of the register's.
func odsFound(f *tabular.File) []odsRecord {
	if f.JSON == nil {
		return nil
	}
	var parts []json.RawMessage
	if json.Unmarshal(f.JSON, &parts) != nil {
		parts = []json.RawMessage{f.JSON}
	}
	var found []odsRecord
	for _, part := range parts {
		found = append(found, fhirRecords(part)...)
		if r, ok := ordRecord(part); ok {
			found = append(found, r)
		}
		if r, ok := listRecord(part); ok {
			found = append(found, r)
		}
	}
	return found
}

func readODSRecords(_ context.Context, f *tabular.File, o Options, l *measure.Load) error {
	if !o.Period.IsZero() {
		asAt(l, o.Period.Start())
	}
	for i, r := range odsFound(f) {
		l.File.Rows++
		if err := addODSRecord(l, r, i+1); err != nil {
			l.Reject(measure.Rejection{Line: i + 1, Column: "record", Text: r.code + " " + r.name, Reason: err.Error()})
		}
	}
	if len(l.Units()) == 0 && len(l.Memberships()) == 0 {
		return errors.New("the file holds no record of a GP practice, PCN, sub-ICB location, ICB or region" + firstRejection(l))
	}
	return nil
}

// addODSRecord adds the unit and its memberships. The row is the record's number in the file.
func addODSRecord(l *measure.Load, r odsRecord, row int) error {
	kind := r.kind()
	if kind == "" {
		return errors.New("the record has no role that is known here, and its code is not that of a practice or PCN")
	}
	code := strings.ToUpper(strings.TrimSpace(r.code))
	if kind == "practice" {
		var reason string
		if code, reason = practiceIn(code); reason != "" {
			return errors.New(reason)
		}
	}
	u := measure.Unit{Code: code, Kind: kind, Name: r.name, Postcode: r.postcode, Row: row}
	var err error
	if u.Opened, err = odsDate(r.opened); err != nil {
		return err
	}
	if u.Closed, err = odsDate(r.closed); err != nil {
		return err
	}
	if r.stated {
		u.Status = "closed"
		if r.active {
			u.Status = "active"
		}
	}
	if changed, err := odsDate(r.changed); err == nil {
		asAt(l, changed)
	}
	l.Unit(u)
	return addODSMemberships(l, r, row)
}

// addODSMemberships adds memberships that can be dated: by themselves, or by
// the date of the record. What is over and does not say since when is reported.
func addODSMemberships(l *measure.Load, r odsRecord, row int) error {
	for _, m := range r.members {
		if m.from == "" && l.File.AsAt.IsZero() {
			continue
		}
		if m.ended && m.to == "" {
			l.Reject(measure.Rejection{Line: row, Column: "relationship", Text: m.unit + " in " + m.group,
				Reason: "the relationship is over and does not say since when"})
			continue
		}
		from, errFrom := odsDate(m.from)
		to, errTo := odsDate(m.to)
		if err := errors.Join(errFrom, errTo); err != nil {
			return fmt.Errorf("the membership of %s in %s has a date that cannot be read: %w", m.unit, m.group, err)
		}
		if groupCode(m.group) == "" || groupCode(m.unit) == "" {
			continue
		}
		l.Membership(measure.Membership{Unit: groupCode(m.unit), Group: groupCode(m.group), GroupKind: m.groupKind, From: from, To: to, Row: row})
	}
	return nil
}

// kind is the record's kind by its roles, else by the shape of its code.
func (r odsRecord) kind() string {
	for _, role := range r.kinds {
		if k := kindOfRole[role]; k != "" {
			return k
		}
	}
	code := strings.ToUpper(r.code)
	if len(r.kinds) > 0 || len(code) != 6 || strings.Trim(code[1:], "0123456789") != "" {
		return ""
	}
	if code[0] == 'U' {
		return "pcn"
	}
	return "practice"
}

// fhirOrganization is the part of a FHIR R4 Organization that is read.
type fhirOrganization struct {
	ResourceType string `json:"resourceType"`
	Identifier   []struct{ System, Value string }
	Active       *bool
	Name         string
	Address      []struct{ PostalCode string }
	Meta         struct{ LastUpdated string }
	Extension    []fhirExtension
	Entry        []struct{ Resource json.RawMessage }
}

type fhirExtension struct {
	URL                  string
	Extension            []fhirExtension
	ValueCodeableConcept struct{ Coding []struct{ Code string } }
	ValuePeriod          struct{ Start, End string }
	ValueCoding          struct{ Code string }
}

func fhirRecords(part json.RawMessage) []odsRecord {
	var o fhirOrganization
	if json.Unmarshal(part, &o) != nil {
		return nil
	}
	switch o.ResourceType {
	case "Bundle":
		var found []odsRecord
		for _, e := range o.Entry {
			found = append(found, fhirRecords(e.Resource)...)
		}
		return found
	case "Organization":
		return []odsRecord{o.record()}
	}
	return nil
}

func (o fhirOrganization) record() odsRecord {
	r := odsRecord{name: o.Name, changed: o.Meta.LastUpdated}
	for _, id := range o.Identifier {
		if strings.Contains(strings.ToLower(id.System), "ods-organization-code") {
			r.code = id.Value
		}
	}
	if len(o.Address) > 0 {
		r.postcode = o.Address[0].PostalCode
	}
	if o.Active != nil {
		r.active, r.stated = *o.Active, true
	}
	for _, e := range o.Extension {
		e.walk(func(x fhirExtension) {
			for _, c := range x.ValueCodeableConcept.Coding {
				r.kinds = append(r.kinds, c.Code)
			}
			if x.ValuePeriod.Start != "" {
				r.opened, r.closed = x.ValuePeriod.Start, x.ValuePeriod.End
			}
		})
	}
	return r
}

func (e fhirExtension) walk(visit func(fhirExtension)) {
	visit(e)
	for _, inner := range e.Extension {
		inner.walk(visit)
	}
}

// ordRecord reads a record of the register's older interface.
func ordRecord(part json.RawMessage) (odsRecord, bool) {
	type dated struct {
		Type, Start, End string
	}
	var doc struct {
		Organisation *struct {
			Name           string
			Date           []dated
			OrgID          struct{ Extension string } `json:"OrgId"`
			Status         string
			LastChangeDate string
			GeoLoc         struct{ Location struct{ PostCode string } }
			Roles          struct{ Role []struct{ ID string } }
			Rels           struct {
				Rel []struct {
					Date   []dated
					Status string
					Target struct {
						OrgID         struct{ Extension string } `json:"OrgId"`
						PrimaryRoleID struct{ ID string }        `json:"PrimaryRoleId"`
					}
				}
			}
		}
	}
	if json.Unmarshal(part, &doc) != nil || doc.Organisation == nil || doc.Organisation.OrgID.Extension == "" {
		return odsRecord{}, false
	}
	o := doc.Organisation
	span := func(days []dated) (from, to string) {
		for _, d := range days {
			if from == "" || d.Type == "Operational" {
				from, to = d.Start, d.End
			}
		}
		return from, to
	}
	r := odsRecord{code: o.OrgID.Extension, name: o.Name, postcode: o.GeoLoc.Location.PostCode, changed: o.LastChangeDate,
		stated: o.Status != "", active: strings.EqualFold(o.Status, "active")}
	r.opened, r.closed = span(o.Date)
	for _, role := range o.Roles.Role {
		r.kinds = append(r.kinds, role.ID)
	}
	for _, rel := range o.Rels.Rel {
		if kind := kindOfRole[rel.Target.PrimaryRoleID.ID]; kind != "" && kind != "practice" {
			from, to := span(rel.Date)
			r.members = append(r.members, odsMembership{r.code, rel.Target.OrgID.Extension, kind, from, to, strings.EqualFold(rel.Status, "inactive")})
		}
	}
	return r, true
}

// listRecord reads an organisation of a list with relationships. An empty or
// absent end means that the relationship goes on, unless it is said to be retired.
func listRecord(part json.RawMessage) (odsRecord, bool) {
	var o struct {
		ID, Name, PrimaryRole    string
		Inactive                 *bool
		RoleName                 []string
		RE4, ICB, NHSER          string
		OpStartDate, OpEndDate   string
		LegStartDate, LegEndDate string
		LastChangeDate           string
		Relationships            map[string][]struct {
			SourceOrgCode, TargetOrgCode                     string
			OpStartDate, OpEndDate, LegStartDate, LegEndDate string
			TargetOrgRole                                    []string
			Status                                           string
		}
	}
	if json.Unmarshal(part, &o) != nil || o.ID == "" || o.PrimaryRole == "" || o.Inactive == nil {
		return odsRecord{}, false
	}
	r := odsRecord{code: o.ID, name: o.Name, kinds: []string{o.PrimaryRole}, stated: true, active: !*o.Inactive,
		opened: cmp.Or(o.OpStartDate, o.LegStartDate), closed: cmp.Or(o.OpEndDate, o.LegEndDate), changed: o.LastChangeDate}
	for _, name := range o.RoleName {
		if strings.EqualFold(name, "GP PRACTICE") {
			r.kinds = append(r.kinds, "RO76")
		}
	}
	if r.active {
		r.members = append(r.members, odsMembership{r.code, o.RE4, "sub-icb", "", "", false})
	}
	for _, name := range slices.Sorted(maps.Keys(o.Relationships)) {
		for _, rel := range o.Relationships[name] {
			for _, role := range rel.TargetOrgRole {
				if kind := kindOfRole[role]; kind != "" && kind != "practice" {
					r.members = append(r.members, odsMembership{rel.SourceOrgCode, rel.TargetOrgCode, kind,
						cmp.Or(rel.OpStartDate, rel.LegStartDate), cmp.Or(rel.OpEndDate, rel.LegEndDate), strings.EqualFold(rel.Status, "retired")})
				}
			}
		}
	}
	return r, true
}

// errorAnswer names the message of an interface's error answer; "" for any other file.
func errorAnswer(f *tabular.File) string {
	var doc struct {
		ResourceType string `json:"resourceType"`
		Issue        []struct {
			Details     struct{ Text string }
			Diagnostics string
		}
		ErrorCode json.RawMessage
		ErrorText string
	}
	if f.JSON == nil || json.Unmarshal(f.JSON, &doc) != nil {
		return ""
	}
	var words []string
	for _, i := range doc.Issue {
		for _, w := range []string{i.Details.Text, i.Diagnostics} {
			if w != "" {
				words = append(words, w)
			}
		}
	}
	switch {
	case doc.ResourceType == "OperationOutcome":
	case doc.ErrorText != "" && doc.ErrorCode != nil:
		words = []string{doc.ErrorText}
	default:
		return ""
	}
	return "the file is an error answer of an NHS interface and holds no record: it says " + quoted(strings.Join(words, "; "), 300) + ". Correct the request and fetch it again"
}
