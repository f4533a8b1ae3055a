package published

// formats lists every format; each is declared in its own file, import_<source>.go.
var formats = []Format{
	listSizes,
	practiceMap,
	practices,
	practices2018,
	networks,
	memberships,
	odsRecords,
	partnershipList,
	appointments,
	onlineConsultations,
	telephony,
	qofPrevalence,
	fingertips,
	fingertipsValues,
	efit,
	payments,
	pcnWorkforce,
	iif,
	cqcRatings,
	cqcReference,
	cqcDirectory,
	cqcRecords,
}
